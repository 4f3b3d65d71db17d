// Loops over pixels that are worth a vector unit of their own.
//
// Every function exists once for each level of the processor's vector unit and gives the same bits on all of them:
// products and sums are never fused.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Where a component's samples lie in a row, as PixelLayout.Component has it.
typedef struct {
  /// Bytes between two samples.
  int32_t step;
  /// Bits below the sample in its word.
  int32_t shift;
  /// Bits of the sample: up to 8 in a byte, up to 16 in a word of two.
  int32_t depth;
} ckernels_component;

/// Values at the nodes of one row of a grid: texel column and row, how much of the texture is seen (0…1), what a texel is
/// multiplied by, and what is added then, in code values.
typedef struct {
  const float *u, *v, *alpha, *gain, *base;
} ckernels_nodes;

/// How the samples of a row lie between the nodes of a grid.
typedef struct {
  /// Number of cells: one less than that of nodes, where `node_step` is 1.
  int32_t cells;
  /// Nodes from one cell to the next.
  int32_t node_step;
  /// Samples a cell.
  int32_t per_cell;
  /// Where a cell's first sample lies, 0…1, and how far it is to the next.
  float first, step;
} ckernels_spacing;

/// One component of a texture: code values for 8 bits, times 256. Every row has `width + 1` samples, and there are
/// `height + 1` rows: the last ones are repeated.
typedef struct {
  const uint16_t *samples;
  int32_t width, height;
} ckernels_texture;

/// How far away that lies which is to be seen, at the nodes of one row of a grid.
typedef struct {
  const float *x, *y;
} ckernels_moves;

/// Codes of a component before it is changed, `pitch` floats a row. Around the `width * height` samples there is one
/// column and row before them and two behind them.
typedef struct {
  const float *samples;
  int32_t pitch, width, height;
  /// Four weights each for 0, 1/256, … 1 of the way from one sample to the next.
  const float *weights;
} ckernels_original;

/// How a row of samples' own grain is added to what is drawn over them.
typedef struct {
  /// What it is multiplied by, at the nodes of the rows above and below; NULL where there is none.
  const float *upper, *lower;
  /// The row above the first and the one below the last, at cell 0, as they were before anything was drawn.
  const uint8_t *above, *below;
  /// The samples `left…right-1` of a row are there; those beyond repeat the edge.
  int32_t left, right;
  /// From this difference to its neighbours on, in codes, a sample has no grain but an edge.
  float limit;
} ckernels_grain;

typedef struct {
  /// Draws a texture over the rows between two rows of nodes, bilinearly:
  /// sample += alpha * (gain * texel + base + grain - sample), rounded to the nearest code.
  ///
  /// `start` is the first row at its cell 0; samples `low…high-1` of `rows` rows are drawn, `stride` bytes apart. Row k
  /// lies `first + k * step` of the way from the upper nodes to the lower ones. Grain is what a sample
  /// differs from the mean of its neighbourhood, weighted by 1 2 1 in both directions, times Tukey's biweight of it.
  /// `scratch` has room for 21 times `cells * per_cell` floats and 8 more.
  void (*paint_band)(const ckernels_nodes *upper, const ckernels_nodes *lower, const ckernels_spacing *spacing,
                     const ckernels_texture *texture, const ckernels_grain *grain, uint8_t *start, ptrdiff_t stride, ckernels_component component,
                     int32_t low, int32_t high, float first, float step, int32_t rows, float *scratch);

  /// Means of blocks of samples: `out[i]` is that of `columns` times `rows` samples, times `gain`, plus `offset`.
  /// `sums` has room for `blocks * columns` numbers.
  void (*block_means)(const uint8_t *start, ptrdiff_t stride, ckernels_component component, int32_t columns,
                      int32_t rows, int32_t blocks, float gain, float offset, uint32_t *sums, float *out);

  /// Reads `planes` planes of floats, bilinearly, at `count` points (x + i dx, y + i dy); edges are repeated.
  /// Sample centres are at integers. `out` holds the planes' results one after the other, `pitch` floats apart.
  /// `scratch` has room for five times `count` floats.
  void (*sample_line)(const float *const *planes, int32_t plane_count, int32_t width, int32_t height, float x, float y,
                      float dx, float dy, int32_t count, float *out, int32_t pitch, float *scratch);

  /// Draws a part of a component over the rows between two rows of nodes anew: what is to be seen at a sample is read so
  /// far from it as the nodes say, bilinearly between them, by Keys' cubic with a = -0.75; points beyond the edges are
  /// moved onto them. Nodes are in samples.
  ///
  /// `start` is the first row at its cell 0; samples `low…high-1` of `rows` rows are drawn, `stride` bytes apart. Row k
  /// lies `first + k * step` of the way from the upper nodes to the lower ones. `column` and `line` are where `start`
  /// lies in the original. `scratch` has room for 8 times `cells * per_cell` floats.
  void (*bend_band)(const ckernels_moves *upper, const ckernels_moves *lower, const ckernels_spacing *spacing,
                    const ckernels_original *original, uint8_t *start, ptrdiff_t stride, ckernels_component component,
                    int32_t column, int32_t line, int32_t low, int32_t high, float first, float step, int32_t rows,
                    float *scratch);

  /// Reads a plane of floats, bilinearly, at `count` points; edges are repeated. Sample centres are at integers.
  void (*sample_points)(const float *plane, int32_t width, int32_t height, const float *x, const float *y,
                        int32_t count, float *out);

  /// A function by its table: `out[i]` lies between the two of `values` that are nearest to (in[i] - low) * per_step,
  /// which is first held to 0…last. There is one more value than that.
  void (*look_up)(const float *values, float low, float per_step, float last, const float *in, int32_t count,
                  float *out);

  /// out[i] = Σ taps[k] * in[i + k], for `count` sums of `tap_count` products.
  void (*convolve_line)(const float *in, const float *taps, int32_t tap_count, int32_t count, float *out);

  /// out[i] = Σ taps[k] * lines[k][i].
  void (*mix_lines)(const float *const *lines, const float *taps, int32_t tap_count, int32_t count, float *out);
} ckernels_table;

/// Names of the levels this build has, the plainest first; NULL ends them.
const char *const *ckernels_levels(void);

/// The functions of a level, or NULL if there is none of that name or this processor cannot run it.
const ckernels_table *ckernels_at_level(const char *name);

/// Those of the best level for this processor.
const ckernels_table *ckernels_best(void);
