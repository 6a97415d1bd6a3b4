// out = a b, or out + a b, or with an epilogue d(f(a b + bias)), for batches of matrices on a CPU: a
// work-item computes ROWS by WIDTH elements in vector registers. Neither local memory nor barriers.
//
// `b` comes as panels of WIDTH columns; `pack` makes these where they are not there already.

#include "epilogue.cl"

#define ROWS 8
#define WIDTH 32

// A work-item copies one line of a panel, with zeros for the columns that b lacks.
__kernel void pack(__global float *panels, __global const float *b, long b_at, long4 b_strides,
                   int inner, int columns, int batch_inner) {
  int k = get_global_id(0), first = get_global_id(1) * WIDTH;
  if (k >= inner) return;
  b += b_at + get_global_id(2) / batch_inner * b_strides.x +
       get_global_id(2) % batch_inner * b_strides.y + k * b_strides.z + first * b_strides.w;
  panels += ((get_global_id(2) * get_global_size(1) + get_global_id(1)) * inner + k) * WIDTH;
  int there = min(WIDTH, columns - first);
  for (int i = 0; i < there; i++) panels[i] = b[i * b_strides.w];
  for (int i = there; i < WIDTH; i++) panels[i] = 0;
}

#define LANES (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

__kernel void multiply(__global float *out, long out_at, long4 out_strides,
                       __global const float *a, long a_at, long4 a_strides,
                       __global const float *b, long b_at, long4 b_strides, int rows, int inner,
                       int columns, int batch_inner, int accumulate EPILOGUE_ARGUMENTS) {
  int row = get_global_id(0) * ROWS, column = get_global_id(1) * WIDTH;
  if (row >= rows) return;
  long outer = get_global_id(2) / batch_inner, batch = get_global_id(2) % batch_inner;
  a += a_at + outer * a_strides.x + batch * a_strides.y;
  b += b_at + outer * b_strides.x + batch * b_strides.y + get_global_id(1) * b_strides.z;
  out += out_at + outer * out_strides.x + batch * out_strides.y + column * out_strides.w;
  // Rows beyond the last one repeat it and are not stored.
  __global const float *lines[ROWS];
  for (int i = 0; i < ROWS; i++) lines[i] = a + min(row + i, rows - 1) * a_strides.z;
  float16 sums[ROWS][2];
  for (int i = 0; i < ROWS; i++) sums[i][0] = sums[i][1] = 0;
  for (int k = 0; k < inner; k++) {
    float16 left = vload16(0, b + k * b_strides.w), right = vload16(1, b + k * b_strides.w);
    for (int i = 0; i < ROWS; i++) {
      float16 factor = lines[i][k * a_strides.w];
      sums[i][0] = fma(factor, left, sums[i][0]);
      sums[i][1] = fma(factor, right, sums[i][1]);
    }
  }
#if BIAS
  float shifts[WIDTH];
  for (int j = 0; j < WIDTH; j++) shifts[j] = bias[bias_at + min(column + j, columns - 1)];
  for (int i = 0; i < ROWS; i++)
    for (int part = 0; part < 2; part++)
      sums[i][part] = FINISHED(kept16, sums[i][part], vload16(part, shifts),
                               (uint)((row + i) * columns + column + 16 * part) + LANES);
#endif
  bool whole = columns - column >= WIDTH && out_strides.w == 1;
  for (int i = 0; i < ROWS && row + i < rows; i++) {
    __global float *to = out + (row + i) * out_strides.z;
    if (whole) {
      vstore16(accumulate ? vload16(0, to) + sums[i][0] : sums[i][0], 0, to);
      vstore16(accumulate ? vload16(1, to) + sums[i][1] : sums[i][1], 1, to);
    } else {
      float line[WIDTH];
      vstore16(sums[i][0], 0, line);
      vstore16(sums[i][1], 1, line);
      for (int j = 0; j < min(WIDTH, columns - column); j++) {
        __global float *element = to + j * out_strides.w;
        *element = accumulate ? *element + line[j] : line[j];
      }
    }
  }
}
