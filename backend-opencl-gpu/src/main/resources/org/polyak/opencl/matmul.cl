// out = a b, or out + a b, or with an epilogue d(f(a b + bias)), for batches of matrices with any
// strides.
//
// `general`: a work-group of 16 by 16 computes 64 by 64 elements, 4 by 4 each, through local memory.
// `add_parts`: adds the sums of parts of the inner axis, the first part first.

#include "epilogue.cl"

#define TILE 64
#define DEPTH 16
#define LANES 16

__kernel __attribute__((reqd_work_group_size(LANES, LANES, 1)))
void general(__global float *out, long out_at, long4 out_strides, __global const float *a, long a_at,
           long4 a_strides, __global const float *b, long b_at, long4 b_strides, int rows,
           int inner, int columns, int batch_inner, int accumulate EPILOGUE_ARGUMENTS) {
  __local float left[DEPTH][TILE + 1], right[DEPTH][TILE + 1];
  int x = get_local_id(0), y = get_local_id(1), lane = y * LANES + x;
  int column = get_group_id(0) * TILE, row = get_group_id(1) * TILE;
  long outer = get_group_id(2) / batch_inner, batch = get_group_id(2) % batch_inner;
  a += a_at + outer * a_strides.x + batch * a_strides.y;
  b += b_at + outer * b_strides.x + batch * b_strides.y;
  out += out_at + outer * out_strides.x + batch * out_strides.y;
  float sums[4][4] = {{0}};
  // Neighbouring work-items load neighbours in memory.
  bool a_by_row = a_strides.z == 1, b_by_row = b_strides.z == 1;
  for (int k = 0; k < inner; k += DEPTH) {
    for (int i = 0; i < TILE * DEPTH / (LANES * LANES); i++) {
      int e = lane + i * LANES * LANES;
      int r = a_by_row ? e % TILE : e / DEPTH, d = a_by_row ? e / TILE : e % DEPTH;
      left[d][r] = row + r < rows && k + d < inner
                       ? a[(row + r) * a_strides.z + (k + d) * a_strides.w]
                       : 0;
      int s = b_by_row ? e % DEPTH : e / TILE, c = b_by_row ? e / DEPTH : e % TILE;
      right[s][c] = column + c < columns && k + s < inner
                        ? b[(k + s) * b_strides.z + (column + c) * b_strides.w]
                        : 0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int d = 0; d < DEPTH; d++) {
      float p[4], q[4];
      for (int i = 0; i < 4; i++) p[i] = left[d][y + i * LANES];
      for (int j = 0; j < 4; j++) q[j] = right[d][x + j * LANES];
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) sums[i][j] = fma(p[i], q[j], sums[i][j]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      int r = row + y + i * LANES, c = column + x + j * LANES;
      if (r < rows && c < columns) {
        long at = r * out_strides.z + c * out_strides.w;
#if BIAS
        sums[i][j] = FINISHED(kept, sums[i][j], bias[bias_at + c], r * columns + c);
#endif
        out[at] = accumulate ? out[at] + sums[i][j] : sums[i][j];
      }
    }
}

// `parts` holds a matrix for each part and batch, row by row.
__kernel void add_parts(__global float *out, long out_at, long4 out_strides,
                        __global const float *parts, int count, int rows, int columns,
                        int batch_inner, int accumulate EPILOGUE_ARGUMENTS) {
  int column = get_global_id(0), row = get_global_id(1);
  if (column >= columns) return;
  long at = (get_global_id(2) * rows + row) * columns + column;
  long step = get_global_size(2) * rows * columns;
  float sum = 0;
#pragma unroll 8
  for (int part = 0; part < count; part++) sum += parts[at + part * step];
#if BIAS
  sum = FINISHED(kept, sum, bias[bias_at + column], row * columns + column);
#endif
  out += out_at + get_global_id(2) / batch_inner * out_strides.x +
         get_global_id(2) % batch_inner * out_strides.y + row * out_strides.z +
         column * out_strides.w;
  *out = accumulate ? *out + sum : sum;
}
