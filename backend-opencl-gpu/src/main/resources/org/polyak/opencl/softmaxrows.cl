// Softmax attention with a work-item for each row, for devices where one does best alone and for
// heads too wide for tiles. The equations are those of softmaxtiles.cl; the row that a work-item
// computes is also where it adds up.
//
// Queries, keys and values have free batch and token strides; the rest is contiguous. Positions are
// counted in elements.

#define BLOCK 16

#include "tokens.cl"

#define INPUTS                                                                                   \
  __global const float *queries, long queries_at, long query_batch, long query_step,             \
      __global const float *keys, long keys_at, long key_batch, long key_step,                   \
      __global const float *values, long values_at, long value_batch, long value_step,           \
      __global const int *lengths, long lengths_at, int has_lengths, int heads, int query_count, \
      int key_count, float scale, int causal, int key_channels, int value_channels

// Row `own` of this work-item among `count`, and every pointer at its sequence and head.
#define ENTER(count)                                                           \
  int own = get_global_id(0), head = get_global_id(1);                         \
  long batch = get_global_id(2);                                               \
  if (own >= count) return;                                                    \
  long at = (batch * (count) + own) * heads + head;                            \
  queries += queries_at + batch * query_batch + head * key_channels;           \
  keys += keys_at + batch * key_batch + head * key_channels;                   \
  values += values_at + batch * value_batch + head * value_channels;           \
  int length = has_lengths ? min(lengths[lengths_at + batch], key_count) : key_count

inline float dot_of(__global const float *a, __global const float *b, int n) {
  float8 sums = 0;
  int i = 0;
  for (; i + 8 <= n; i += 8) sums = fma(vload8(0, a + i), vload8(0, b + i), sums);
  float4 half_sums = sums.lo + sums.hi;
  float sum = (half_sums.x + half_sums.y) + (half_sums.z + half_sums.w);
  for (; i < n; i++) sum = fma(a[i], b[i], sum);
  return sum;
}

inline void add_scaled(__global float *to, float factor, __global const float *x, int n) {
  int i = 0;
  for (; i + 8 <= n; i += 8)
    vstore8(fma((float8)(factor), vload8(0, x + i), vload8(0, to + i)), 0, to + i);
  for (; i < n; i++) to[i] = fma(factor, x[i], to[i]);
}

inline void multiply(__global float *row, float factor, int n) {
  for (int i = 0; i < n; i++) row[i] *= factor;
}

inline void clear(__global float *row, int n) {
  for (int i = 0; i < n; i++) row[i] = 0;
}

__kernel void forward(INPUTS, __global float *out, long out_at, __global float *logs,
                      long logs_at, int saves) {
  ENTER(query_count);
  out += out_at + at * value_channels;
  clear(out, value_channels);
  __global const float *query = queries + own * query_step;
  int sees = causal ? min(length, own + 1) : length;
  float largest = -INFINITY, total = 0;
  for (int first = 0; first < sees; first += BLOCK) {
    int count = min(BLOCK, sees - first);
    float scores[BLOCK], before = largest;
    for (int t = 0; t < count; t++) {
      scores[t] = scale * dot_of(query, keys + (first + t) * key_step, key_channels);
      largest = fmax(largest, scores[t]);
    }
    if (largest > before) {
      float shrink = exp(before - largest);
      total *= shrink;
      multiply(out, shrink, value_channels);
    }
    for (int t = 0; t < count; t++) {
      float p = exp(scores[t] - largest);
      total += p;
      add_scaled(out, p, values + (first + t) * value_step, value_channels);
    }
  }
  multiply(out, total == 0 ? 0 : 1 / total, value_channels);
  if (saves) logs[logs_at + at] = largest + log(total);
}

// dq, and d for the kernel below.
__kernel void query_gradient(INPUTS, __global const float *out, long out_at,
                             __global const float *logs, long logs_at,
                             __global const float *dout, long dout_at, __global float *products,
                             GRADIENT(dquery)) {
  ENTER(query_count);
  out += out_at + at * value_channels;
  dout += dout_at + at * value_channels;
  dquery = CHANNELS(dquery, own, key_channels);
  clear(dquery, key_channels);
  __global const float *query = queries + own * query_step;
  float d = dot_of(dout, out, value_channels), log_total = logs[logs_at + at];
  products[at] = d;
  int sees = causal ? min(length, own + 1) : length;
  for (int j = 0; j < sees; j++) {
    __global const float *key = keys + j * key_step;
    float p = exp(scale * dot_of(query, key, key_channels) - log_total);
    float ds = p * (dot_of(dout, values + j * value_step, value_channels) - d);
    add_scaled(dquery, scale * ds, key, key_channels);
  }
}

// dk and dv.
__kernel void key_value_gradient(INPUTS, __global const float *logs, long logs_at,
                                 __global const float *dout, long dout_at,
                                 __global const float *products, GRADIENT(dkey),
                                 GRADIENT(dvalue)) {
  ENTER(key_count);
  dkey = CHANNELS(dkey, own, key_channels);
  dvalue = CHANNELS(dvalue, own, value_channels);
  clear(dkey, key_channels);
  clear(dvalue, value_channels);
  if (own >= length) return;
  __global const float *key = keys + own * key_step;
  __global const float *value = values + own * value_step;
  for (int i = causal ? own : 0; i < query_count; i++) {
    long row = (batch * query_count + i) * heads + head;
    __global const float *query = queries + i * query_step;
    __global const float *gradient = dout + dout_at + row * value_channels;
    float p = exp(scale * dot_of(query, key, key_channels) - logs[logs_at + row]);
    float ds = p * (dot_of(gradient, value, value_channels) - products[row]);
    add_scaled(dvalue, p, gradient, value_channels);
    add_scaled(dkey, scale * ds, query, key_channels);
  }
}
