// Layer normalisation of rows: out = gain (x - mean) rstd + bias, rstd = 1/sqrt(variance + epsilon).
// A row stays in registers between its passes.
//
// WIDTH  elements of a row
//
// Rows are contiguous; `at` says where a tensor begins, in packs.

#include "rowpacks.cl"

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void forward(__global pack *out, long out_at, __global float *saved, long saved_at,
             __global const pack *in, long in_at, __global const pack *gain, long gain_at,
             __global const pack *bias, long bias_at, int has_bias, int saves, float epsilon,
             int rows) {
  __local float room[GROUP];
  long row = (long)get_group_id(0) * SLOTS + SLOT;
  in += in_at + min(row, (long)rows - 1) * PACKS;
  out += out_at + row * PACKS;
  gain += gain_at;
  bias += bias_at;
  pack x[EACH];
  float sum = 0, squares = 0;
  FOR_PACKS {
    x[c] = i < PACKS ? in[i] : (pack)(0);
    sum += total_of(x[c]);
  }
  float mean = sum_of_lanes(room, sum) / WIDTH;
  FOR_PACKS {
    x[c] = i < PACKS ? x[c] - mean : (pack)(0);
    squares += total_of(x[c] * x[c]);
  }
  float rstd = 1 / sqrt(sum_of_lanes(room, squares) / WIDTH + epsilon);
  if (row >= rows) return;
  FOR_PACKS if (i < PACKS) {
    pack y = gain[i] * (x[c] * rstd);
    out[i] = has_bias ? y + bias[i] : y;
  }
  if (saves && LANE == 0) {
    saved[saved_at + 2 * row] = mean;
    saved[saved_at + 2 * row + 1] = rstd;
  }
}

// The sum over all slots, where there is a place for it.
inline void store_total(__local pack *column, pack x, __global pack *to, bool here) {
  barrier(CLK_LOCAL_MEM_FENCE);
  column[get_local_id(0)] = x;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (SLOT == 0 && here) {
    for (int slot = 1; slot < SLOTS; slot++) x += column[slot * SIZE + LANE];
    *to = x;
  }
}

// With g = gain dout and n = (x - mean) rstd: dx = rstd (g - mean(g) - n mean(g n)); and for every
// group's share of the rows, dgain = sum dout n and dbias = sum dout side by side in `sums`.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void backward(__global pack *din, long din_at, __global const pack *in, long in_at,
              __global const pack *gain, long gain_at, __global const float *saved,
              long saved_at, __global const pack *dout, long dout_at, __global pack *sums,
              int rows) {
  __local float room[GROUP];
  __local pack column[GROUP];
  pack scale[EACH], gains[EACH], biases[EACH];
  FOR_PACKS {
    scale[c] = i < PACKS ? gain[gain_at + i] : (pack)(0);
    gains[c] = 0;
    biases[c] = 0;
  }
  for (int first = get_group_id(0) * SLOTS; first < rows; first += get_num_groups(0) * SLOTS) {
    bool present = first + SLOT < rows;
    long row = present ? first + SLOT : 0;
    float mean = saved[saved_at + 2 * row], rstd = saved[saved_at + 2 * row + 1];
    pack n[EACH], g[EACH];
    float sum = 0, products = 0;
    FOR_PACKS {
      bool here = present && i < PACKS;
      n[c] = here ? in[in_at + row * PACKS + i] : (pack)(0);
      g[c] = here ? dout[dout_at + row * PACKS + i] : (pack)(0);
    }
    FOR_PACKS {
      n[c] = (n[c] - mean) * rstd;
      gains[c] = fma(g[c], n[c], gains[c]);
      biases[c] += g[c];
      g[c] *= scale[c];
      sum += total_of(g[c]);
      products += total_of(g[c] * n[c]);
    }
    sum = sum_of_lanes(room, sum) / WIDTH;
    products = sum_of_lanes(room, products) / WIDTH;
    FOR_PACKS if (present && i < PACKS)
      din[din_at + row * PACKS + i] = rstd * (g[c] - sum - n[c] * products);
  }
  sums += get_group_id(0) * 2L * PACKS;
  FOR_PACKS {
    store_total(column, gains[c], sums + i, i < PACKS);
    store_total(column, biases[c], sums + PACKS + i, i < PACKS);
  }
}
