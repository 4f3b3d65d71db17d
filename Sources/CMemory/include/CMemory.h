#pragma once

/// Tells glibc's allocator to keep freed memory for the next frame.
///
/// Planes of floats are large blocks, which glibc by default takes from the kernel and gives back each time. The kernel
/// then clears every page anew for every frame. Peak memory stays what it was, since what is kept is what the next frame
/// takes. Elsewhere than on glibc it does nothing.
void cmemory_keep_for_next_frame(void);
