// Softmax attention by tiles (Momentum Transformer, eq. 2), for devices with fast local memory:
//
//   out_i = sum_j p_ij v_j,  p_ij = exp(scale q_i.k_j - l_i),  l_i = log sum_j exp(scale q_i.k_j)
//
// and backward, with g the gradient of out and d_i = g_i.out_i,
//
//   ds_ij = p_ij (g_i.v_j - d_i),  dq_i = scale sum_j ds_ij k_j,
//   dk_j = scale sum_i ds_ij q_i,  dv_j = sum_i p_ij g_i.
//
// A work-group owns ROWS rows of one head (queries; keys for dk and dv) and walks over the other
// side, TILE rows at a time in local memory. Scores are never stored.
//
// K, V     channels of a key and of a value
// PARTS    work-items that share a row; each has 4 KF and 4 VF of its channels
// CAUSAL   whether row i sees keys j <= i only
// ALIGNED  whether every row of channels begins and ends at a multiple of four elements
//
// Queries, keys and values have free batch and token strides; the rest is contiguous. Positions are
// counted in elements.

#define GROUP (ROWS * PARTS)
#define KF (((K + PARTS - 1) / PARTS + 3) / 4)
#define VF (((V + PARTS - 1) / PARTS + 3) / 4)
#define SHARES (PARTS > 1 ? TILE * GROUP : 1)

#include "tokens.cl"

#define INPUTS                                                                                   \
  __global const float *queries, long queries_at, long query_batch, long query_step,             \
      __global const float *keys, long keys_at, long key_batch, long key_step,                   \
      __global const float *values, long values_at, long value_batch, long value_step,           \
      __global const int *lengths, long lengths_at, int has_lengths, int heads, int query_count, \
      int key_count, float scale

// Moves every pointer to this work-group's sequence and head.
#define ENTER                                                                  \
  int row = get_local_id(0) % ROWS, part = get_local_id(0) / ROWS;             \
  int head = get_group_id(1);                                                  \
  long batch = get_group_id(2);                                                \
  queries += queries_at + batch * query_batch + head * K;                      \
  keys += keys_at + batch * key_batch + head * K;                              \
  values += values_at + batch * value_batch + head * V;                        \
  int length = has_lengths ? min(lengths[lengths_at + batch], key_count) : key_count

// Row of a contiguous [batch, token, head, ...].
#define TOKEN_ROW(token, count) ((batch * (count) + (token)) * heads + head)

inline float4 load_four(__global const float *row, int channel, int channels) {
#if ALIGNED
  return channel < channels ? *(__global const float4 *)(row + channel) : (float4)(0);
#else
  return (float4)(channel < channels ? row[channel] : 0,
                  channel + 1 < channels ? row[channel + 1] : 0,
                  channel + 2 < channels ? row[channel + 2] : 0,
                  channel + 3 < channels ? row[channel + 3] : 0);
#endif
}

inline void store_four(__global float *row, int channel, int channels, float4 x) {
#if ALIGNED
  if (channel < channels) *(__global float4 *)(row + channel) = x;
#else
  if (channel < channels) row[channel] = x.x;
  if (channel + 1 < channels) row[channel + 1] = x.y;
  if (channel + 2 < channels) row[channel + 2] = x.z;
  if (channel + 3 < channels) row[channel + 3] = x.w;
#endif
}

// TILE rows of `fours` float4 each to local memory; rows from `count` on and channels that are not
// there become 0.
inline void stage(__local float4 *tile, __global const float *rows, long step, int count,
                  int channels, int fours) {
  for (int e = get_local_id(0); e < TILE * fours; e += GROUP) {
    int r = e / fours;
    tile[e] = r < count ? load_four(rows + r * step, 4 * (e % fours), channels) : (float4)(0);
  }
}

inline float total_of(float4 x) { return (x.x + x.y) + (x.z + x.w); }

// What the parts of a row have each summed becomes the row's sum, in one order.
inline void join(__local float *shares, int row, int part, float *x) {
#if PARTS > 1
  for (int t = 0; t < TILE; t++) shares[(t * PARTS + part) * ROWS + row] = x[t];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int t = 0; t < TILE; t++) {
    float sum = 0;
    for (int p = 0; p < PARTS; p++) sum += shares[(t * PARTS + p) * ROWS + row];
    x[t] = sum;
  }
#endif
}

// Scalar products of this work-item's channels with those of every row of a tile.
#define DOTS(x, own, tile, fours)                                                             \
  for (int t = 0; t < TILE; t++) {                                                            \
    float4 sum = 0;                                                                           \
    for (int c = 0; c < fours; c++) sum = fma(own[c], tile[(t * PARTS + part) * fours + c], sum); \
    x[t] = total_of(sum);                                                                     \
  }

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void forward(INPUTS, __global float *out, long out_at, __global float *logs, long logs_at,
             int saves) {
  __local float4 key_tile[TILE * PARTS * KF], value_tile[TILE * PARTS * VF];
  __local float shares[SHARES];
  ENTER;
  // The longest rows of a causal matrix first: they set the time.
  int first_query = (get_num_groups(0) - 1 - get_group_id(0)) * ROWS;
  int query = first_query + row;
  __global const float *own_query = queries + min(query, query_count - 1) * query_step;
  float4 own[KF], sums[VF];
  for (int c = 0; c < KF; c++) own[c] = scale * load_four(own_query, 4 * (part * KF + c), K);
  for (int c = 0; c < VF; c++) sums[c] = 0;
  int sees = CAUSAL ? min(length, query + 1) : length;
  int reach = CAUSAL ? min(length, first_query + ROWS) : length;
  float largest = -INFINITY, total = 0;
  for (int first = 0; first < reach; first += TILE) {
    barrier(CLK_LOCAL_MEM_FENCE);
    stage(key_tile, keys + first * key_step, key_step, reach - first, K, PARTS * KF);
    stage(value_tile, values + first * value_step, value_step, reach - first, V, PARTS * VF);
    barrier(CLK_LOCAL_MEM_FENCE);
    float scores[TILE];
    DOTS(scores, own, key_tile, KF)
    join(shares, row, part, scores);
    float before = largest;
    for (int t = 0; t < TILE; t++)
      if (first + t < sees) largest = fmax(largest, scores[t]);
    if (largest > before) {
      float shrink = exp(before - largest);
      total *= shrink;
      for (int c = 0; c < VF; c++) sums[c] *= shrink;
    }
    for (int t = 0; t < TILE; t++) {
      float p = first + t < sees ? exp(scores[t] - largest) : 0;
      total += p;
      for (int c = 0; c < VF; c++)
        sums[c] = fma((float4)(p), value_tile[(t * PARTS + part) * VF + c], sums[c]);
    }
  }
  if (query >= query_count) return;
  long at = TOKEN_ROW(query, query_count);
  float factor = total == 0 ? 0 : 1 / total;
  for (int c = 0; c < VF; c++)
    store_four(out + out_at + at * V, 4 * (part * VF + c), V, factor * sums[c]);
  if (saves && part == 0) logs[logs_at + at] = largest + log(total);
}

// dq, and d for the kernel below.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void query_gradient(INPUTS, __global const float *out, long out_at, __global const float *logs,
                    long logs_at, __global const float *dout, long dout_at,
                    __global float *products, GRADIENT(dquery)) {
  __local float4 key_tile[TILE * PARTS * KF], value_tile[TILE * PARTS * VF];
  __local float shares[SHARES], more_shares[SHARES];
  ENTER;
  int first_query = (get_num_groups(0) - 1 - get_group_id(0)) * ROWS;
  int query = first_query + row, present = min(query, query_count - 1);
  long at = TOKEN_ROW(present, query_count);
  float4 own[KF], gradient[VF], sums[KF];
  for (int c = 0; c < KF; c++) {
    own[c] = scale * load_four(queries + present * query_step, 4 * (part * KF + c), K);
    sums[c] = 0;
  }
  float4 product = 0;
  for (int c = 0; c < VF; c++) {
    gradient[c] = load_four(dout + dout_at + at * V, 4 * (part * VF + c), V);
    product = fma(gradient[c], load_four(out + out_at + at * V, 4 * (part * VF + c), V), product);
  }
  float d = total_of(product);
#if PARTS > 1
  shares[part * ROWS + row] = d;
  barrier(CLK_LOCAL_MEM_FENCE);
  d = 0;
  for (int p = 0; p < PARTS; p++) d += shares[p * ROWS + row];
#endif
  if (query < query_count && part == 0) products[at] = d;
  float log_total = logs[logs_at + at];
  int sees = CAUSAL ? min(length, query + 1) : length;
  int reach = CAUSAL ? min(length, first_query + ROWS) : length;
  for (int first = 0; first < reach; first += TILE) {
    barrier(CLK_LOCAL_MEM_FENCE);
    stage(key_tile, keys + first * key_step, key_step, reach - first, K, PARTS * KF);
    stage(value_tile, values + first * value_step, value_step, reach - first, V, PARTS * VF);
    barrier(CLK_LOCAL_MEM_FENCE);
    float scores[TILE], dp[TILE];
    DOTS(scores, own, key_tile, KF)
    DOTS(dp, gradient, value_tile, VF)
    join(shares, row, part, scores);
    join(more_shares, row, part, dp);
    for (int t = 0; t < TILE; t++) {
      float ds = first + t < sees ? exp(scores[t] - log_total) * (dp[t] - d) : 0;
      for (int c = 0; c < KF; c++)
        sums[c] = fma((float4)(ds), key_tile[(t * PARTS + part) * KF + c], sums[c]);
    }
  }
  if (query >= query_count) return;
  for (int c = 0; c < KF; c++)
    store_four(CHANNELS(dquery, query, K), 4 * (part * KF + c), K, scale * sums[c]);
}

// dk and dv.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void key_value_gradient(INPUTS, __global const float *logs, long logs_at,
                        __global const float *dout, long dout_at,
                        __global const float *products, GRADIENT(dkey), GRADIENT(dvalue)) {
  __local float4 query_tile[TILE * PARTS * KF], gradient_tile[TILE * PARTS * VF];
  __local float shares[SHARES], more_shares[SHARES], log_tile[TILE], product_tile[TILE];
  ENTER;
  int first_key = get_group_id(0) * ROWS;
  int key = first_key + row, present = min(key, key_count - 1);
  float4 own[KF], value[VF], key_sums[KF], value_sums[VF];
  for (int c = 0; c < KF; c++) {
    own[c] = scale * load_four(keys + present * key_step, 4 * (part * KF + c), K);
    key_sums[c] = 0;
  }
  for (int c = 0; c < VF; c++) {
    value[c] = load_four(values + present * value_step, 4 * (part * VF + c), V);
    value_sums[c] = 0;
  }
  long step = (long)heads * V;
  int start = first_key >= length ? query_count : CAUSAL ? first_key / TILE * TILE : 0;
  for (int first = start; first < query_count; first += TILE) {
    int count = query_count - first;
    long at = TOKEN_ROW(first, query_count);
    barrier(CLK_LOCAL_MEM_FENCE);
    stage(query_tile, queries + first * query_step, query_step, count, K, PARTS * KF);
    stage(gradient_tile, dout + dout_at + at * V, step, count, V, PARTS * VF);
    if (get_local_id(0) < TILE && get_local_id(0) < count) {
      log_tile[get_local_id(0)] = logs[logs_at + at + (long)get_local_id(0) * heads];
      product_tile[get_local_id(0)] = products[at + (long)get_local_id(0) * heads];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float scores[TILE], dp[TILE];
    DOTS(scores, own, query_tile, KF)
    DOTS(dp, value, gradient_tile, VF)
    join(shares, row, part, scores);
    join(more_shares, row, part, dp);
    for (int t = 0; t < TILE; t++) {
      bool seen = t < count && key < length && (!CAUSAL || key <= first + t);
      float p = seen ? exp(scores[t] - log_tile[t]) : 0;
      float ds = seen ? p * (dp[t] - product_tile[t]) : 0;
      for (int c = 0; c < VF; c++)
        value_sums[c] =
            fma((float4)(p), gradient_tile[(t * PARTS + part) * VF + c], value_sums[c]);
      for (int c = 0; c < KF; c++)
        key_sums[c] = fma((float4)(ds), query_tile[(t * PARTS + part) * KF + c], key_sums[c]);
    }
  }
  if (key >= key_count) return;
  for (int c = 0; c < KF; c++)
    store_four(CHANNELS(dkey, key, K), 4 * (part * KF + c), K, scale * key_sums[c]);
  for (int c = 0; c < VF; c++)
    store_four(CHANNELS(dvalue, key, V), 4 * (part * VF + c), V, value_sums[c]);
}
