// Bias and activation: out = f(in + bias), row by row.
//
// ACTIVATION  IDENTITY, RELU, GELU or SILU
// VECTOR      4 where rows begin and end at multiples of four elements, else 1
// COLUMNS     work-items of a group side by side in the backward pass, a power of two
// SLOTS       rows that a group works on at once in the backward pass
// DROPOUT     1: the result went through dropout, with three more arguments of the backward pass
// OF_RESULT   1: the backward pass is given f(in + bias) for `in`, from which the slope follows, and
//             no bias; without dropout the identity's gradient, being that of the result, is only summed
//
// Rows are contiguous and `packs` long; `at` says where a tensor begins, in packs.

#include "packs.cl"

#if DROPOUT
#include "dropouthash.cl"
#define DROPOUT_ARGUMENTS , float rate, float scale, uint seed
#else
#define DROPOUT_ARGUMENTS
#endif

#if VECTOR == 4
#define LEFT(x, i) kept4(x, (uint)(4 * (i)) + (uint4)(0, 1, 2, 3), seed, rate, scale)
#else
#define LEFT(x, i) kept(x, (uint)(i), seed, rate, scale)
#endif

#if OF_RESULT
#define BACKWARD_BIAS
#else
#define BACKWARD_BIAS __global const pack *bias, long bias_at,
#endif

#define IDENTITY 0
#define RELU 1
#define GELU 2
#define SILU 3

#if VECTOR == 4
#define CHOOSE(condition, a, b) select((pack)(b), (pack)(a), condition)
#else
#define CHOOSE(condition, a, b) ((condition) ? (a) : (b))
#endif

// exp(-x*x/2): what the tail and the density of the normal distribution share.
inline pack bell(pack x) { return exp2(-0.72134752f * x * x); }

// The normal distribution, given bell(x): of its tail beyond |x| the bell leaves t times a polynomial
// in t = 1/(1 + 0.4 |x|/sqrt(2)), here to a relative 1.3e-7; a tenth of the library's time.
inline pack normal_distribution(pack x, pack bell_of_x) {
  pack t = 1 / fma((pack)(0.28284271f), fabs(x), (pack)(1.0f)), sum = 0.0251363321f;
  sum = fma(sum, t, (pack)(-0.091471921f));
  sum = fma(sum, t, (pack)(0.0845775402f));
  sum = fma(sum, t, (pack)(-0.0028338715f));
  sum = fma(sum, t, (pack)(0.0707303756f));
  sum = fma(sum, t, (pack)(0.0842669971f));
  sum = fma(sum, t, (pack)(0.103921914f));
  sum = fma(sum, t, (pack)(0.112834764f));
  sum = fma(sum, t, (pack)(0.112837932f));
  pack tail = bell_of_x * (t * sum);
  return CHOOSE(x < 0, tail, 1 - tail);
}

// No overflow for either sign; NaN stays NaN.
inline pack sigmoid(pack x) {
  pack e = exp(-fabs(x));
  return CHOOSE(x >= 0, 1.0f, e) / (1 + e);
}

inline pack activate(pack x) {
#if ACTIVATION == IDENTITY
  return x;
#elif ACTIVATION == RELU
  return CHOOSE(x < 0, 0.0f, x);
#elif ACTIVATION == GELU
  return x * normal_distribution(x, bell(x));
#else
  return x * sigmoid(x);
#endif
}

inline pack slope(pack x) {
#if ACTIVATION == IDENTITY
  return 1;
#elif ACTIVATION == RELU
  return CHOOSE(x > 0, 1.0f, CHOOSE(x != x, x, 0.0f));
#elif ACTIVATION == GELU
  pack density = bell(x);
  return fma(0.39894228f * x, density, normal_distribution(x, density));
#else
  pack y = sigmoid(x);
  return y + x * (y * sigmoid(-x));
#endif
}

__kernel void forward(__global pack *out, long out_at, __global const pack *in, long in_at,
                      __global const pack *bias, long bias_at, int packs, uint n) {
  uint i = get_global_id(0);
  if (i < n) out[out_at + i] = activate(in[in_at + i] + bias[bias_at + i % packs]);
}

// For a slab of rows: the gradient of the input, and its sum for the bias.
__kernel __attribute__((reqd_work_group_size(COLUMNS * SLOTS, 1, 1)))
void backward(__global pack *din, long din_at, __global pack *sums, __global const pack *in,
              long in_at, BACKWARD_BIAS __global const pack *dout, long dout_at, int rows,
              int slab, int packs, int blocks DROPOUT_ARGUMENTS) {
  __local pack room[COLUMNS * SLOTS];
  int slot = get_local_id(0) / COLUMNS;
  int column = get_group_id(0) % blocks * COLUMNS + get_local_id(0) % COLUMNS;
  int number = get_group_id(0) / blocks;
  int first = number * slab, end = min(rows, first + slab);
  bool here = column < packs;
  pack b = 0, sum = 0;
#if !OF_RESULT
  if (here) b = bias[bias_at + column];
#endif
  if (here)
    // Four rows at a time: their loads do not wait for each other's stores.
    for (int row = first + slot; row < end; row += 4 * SLOTS) {
      pack d[4];
#pragma unroll
      for (int r = 0; r < 4; r++) {
        long i = (long)(row + r * SLOTS) * packs + column;
        d[r] = row + r * SLOTS < end ? slope(in[in_at + i] + b) * dout[dout_at + i] : (pack)(0);
#if DROPOUT
        d[r] = LEFT(d[r], i);
#endif
      }
#pragma unroll
      for (int r = 0; r < 4; r++) {
#if !(OF_RESULT && ACTIVATION == IDENTITY) || DROPOUT
        if (row + r * SLOTS < end) din[din_at + (long)(row + r * SLOTS) * packs + column] = d[r];
#endif
        sum += d[r];
      }
    }
#if SLOTS > 1
  room[get_local_id(0)] = sum;
  for (int reach = SLOTS / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (slot < reach) room[get_local_id(0)] += room[get_local_id(0) + reach * COLUMNS];
  }
  sum = room[get_local_id(0)];
#endif
  if (here && slot == 0) sums[(long)number * packs + column] = sum;
}
