// Layer normalisation of rows: out = gain (x - mean) rstd + bias, rstd = 1/sqrt(variance + epsilon).
//
// SIZE      work-items that share a row; 1 where a work-item does best alone
//
// Rows are contiguous and `width` long; `at` says where a tensor begins, in elements.

inline float sum_of_lanes(__local float *lanes, float x) {
  int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  lanes[lane] = x;
  for (int reach = SIZE / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < reach) lanes[lane] += lanes[lane + reach];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return lanes[0];
}

__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void forward(__global float *out, long out_at, __global float *saved, long saved_at,
             __global const float *in, long in_at, __global const float *gain, long gain_at,
             __global const float *bias, long bias_at, int has_bias, int saves, float epsilon,
             int width) {
  __local float lanes[SIZE];
  long row = get_group_id(0);
  in += in_at + row * width;
  out += out_at + row * width;
  gain += gain_at;
  bias += bias_at;
  float sum = 0;
  for (int i = get_local_id(0); i < width; i += SIZE) sum += in[i];
  float mean = sum_of_lanes(lanes, sum) / width;
  float squares = 0;
  for (int i = get_local_id(0); i < width; i += SIZE) {
    float d = in[i] - mean;
    squares = fma(d, d, squares);
  }
  float rstd = 1 / sqrt(sum_of_lanes(lanes, squares) / width + epsilon);
  for (int i = get_local_id(0); i < width; i += SIZE) {
    float y = gain[i] * ((in[i] - mean) * rstd);
    out[i] = has_bias ? y + bias[i] : y;
  }
  if (saves && get_local_id(0) == 0) {
    saved[saved_at + 2 * row] = mean;
    saved[saved_at + 2 * row + 1] = rstd;
  }
}

// With g = gain dout and n = (x - mean) rstd: dx = rstd (g - mean(g) - n mean(g n)).
__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void input_gradient(__global float *din, long din_at, __global const float *in, long in_at,
                    __global const float *gain, long gain_at, __global const float *saved,
                    long saved_at, __global const float *dout, long dout_at, int width) {
  __local float lanes[SIZE];
  long row = get_group_id(0);
  in += in_at + row * width;
  dout += dout_at + row * width;
  din += din_at + row * width;
  gain += gain_at;
  float mean = saved[saved_at + 2 * row], rstd = saved[saved_at + 2 * row + 1];
  float sum = 0, products = 0;
  for (int i = get_local_id(0); i < width; i += SIZE) {
    float g = gain[i] * dout[i];
    sum += g;
    products = fma(g, (in[i] - mean) * rstd, products);
  }
  sum = sum_of_lanes(lanes, sum) / width;
  products = sum_of_lanes(lanes, products) / width;
  for (int i = get_local_id(0); i < width; i += SIZE) {
    float n = (in[i] - mean) * rstd;
    din[i] = rstd * (gain[i] * dout[i] - sum - n * products);
  }
}

// Sums over a slab of rows, one result a slab and column: dgain = sum dout n, dbias = sum dout.
__kernel void parameter_gradients(__global float *dgain, __global float *dbias,
                                  __global const float *in, long in_at,
                                  __global const float *saved, long saved_at,
                                  __global const float *dout, long dout_at, int rows, int slab,
                                  int width) {
  int column = get_global_id(0);
  if (column >= width) return;
  int first = get_global_id(1) * slab, end = min(rows, first + slab);
  float gains = 0, biases = 0;
  for (int row = first; row < end; row++) {
    float g = dout[dout_at + (long)row * width + column];
    float n = (in[in_at + (long)row * width + column] - saved[saved_at + 2L * row]) *
              saved[saved_at + 2L * row + 1];
    gains = fma(g, n, gains);
    biases += g;
  }
  dgain[(long)get_global_id(1) * width + column] = gains;
  dbias[(long)get_global_id(1) * width + column] = biases;
}
