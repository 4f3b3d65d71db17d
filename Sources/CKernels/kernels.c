#include "CKernels.h"

#include <string.h>

/// A sample of two bytes, wherever it lies.
typedef uint16_t word __attribute__((aligned(1), may_alias));

/// Four floats at once.
typedef float four __attribute__((vector_size(16)));

#define JOIN(a, b) a##_##b
#define JOINED(a, b) JOIN(a, b)
#define NAME(f) JOINED(f, LEVEL)

#define LEVEL plain
#include "kernels.inc"
#undef LEVEL

#if defined(__x86_64__)
#define LEVEL avx2
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#undef LEVEL

#define LEVEL avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2"))), \
                             apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#undef LEVEL
#endif

static const char *const levels[] = {
    "plain",
#if defined(__x86_64__)
    "avx2", "avx512",
#endif
    NULL};

const char *const *ckernels_levels(void) { return levels; }

const ckernels_table *ckernels_at_level(const char *name) {
  if (strcmp(name, "plain") == 0) return &table_plain;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return &table_avx2;
  if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return &table_avx512;
#endif
  return NULL;
}

const ckernels_table *ckernels_best(void) {
  const ckernels_table *best = &table_plain;
  for (const char *const *name = levels; *name; name++) {
    const ckernels_table *table = ckernels_at_level(*name);
    if (table) best = table;
  }
  return best;
}
