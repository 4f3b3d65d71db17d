#include "CMemory.h"

#include <limits.h>
#include <malloc.h>

void cmemory_keep_for_next_frame(void) {
#ifdef __GLIBC__
  // What is larger comes from the kernel and goes back: frames, which have pools of their own, and what large networks
  // hand from layer to layer, which would leave holes.
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  // One arena: those of further threads are made of 64 MiB pieces, which large planes overflow.
  mallopt(M_ARENA_MAX, 1);
#endif
}
