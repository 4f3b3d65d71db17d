#include "CMemory.h"

#include <limits.h>
#include <malloc.h>

void cmemory_keep_for_next_frame(void) {
#ifdef __GLIBC__
  // 32 MiB is the largest threshold that glibc accepts.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  // One arena: those of further threads are made of 64 MiB pieces, which large planes overflow.
  mallopt(M_ARENA_MAX, 1);
#endif
}
