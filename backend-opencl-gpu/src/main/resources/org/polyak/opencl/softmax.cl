// Softmax of rows: y = exp(x - largest) / sum exp(x - largest). A row stays in registers between its
// passes.
//
// WIDTH  elements of a row
//
// Rows are contiguous; `at` says where a tensor begins, in packs.

#include "rowpacks.cl"

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void forward(__global pack *out, long out_at, __global const pack *in, long in_at, int rows) {
  __local float room[GROUP];
  long row = (long)get_group_id(0) * SLOTS + SLOT;
  in += in_at + min(row, (long)rows - 1) * PACKS;
  out += out_at + row * PACKS;
  pack x[EACH];
  float largest = -INFINITY, sum = 0;
  FOR_PACKS {
    x[c] = i < PACKS ? in[i] : (pack)(-INFINITY);
    largest = fmax(largest, largest_of(x[c]));
  }
  largest = largest_of_lanes(room, largest);
  FOR_PACKS {
    x[c] = i < PACKS ? exp(x[c] - largest) : (pack)(0);
    sum += total_of(x[c]);
  }
  sum = sum_of_lanes(room, sum);
  if (row < rows) FOR_PACKS if (i < PACKS) out[i] = x[c] / sum;
}

// dx = y (dy - sum y dy)
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void backward(__global pack *din, long din_at, __global const pack *out, long out_at,
              __global const pack *dout, long dout_at, int rows) {
  __local float room[GROUP];
  long row = (long)get_group_id(0) * SLOTS + SLOT;
  long present = min(row, (long)rows - 1);
  out += out_at + present * PACKS;
  dout += dout_at + present * PACKS;
  din += din_at + row * PACKS;
  pack y[EACH], dy[EACH];
  float sum = 0;
  FOR_PACKS {
    y[c] = i < PACKS ? out[i] : (pack)(0);
    dy[c] = i < PACKS ? dout[i] : (pack)(0);
    sum += total_of(y[c] * dy[c]);
  }
  sum = sum_of_lanes(room, sum);
  if (row < rows) FOR_PACKS if (i < PACKS) din[i] = y[c] * (dy[c] - sum);
}
