// Softmax attention of single queries over many keys, as in generation: a work-group for each query
// of a head, its work-items spread over the keys, CHUNK at a time. The equation is that of
// softmaxtiles.cl.
//
// K, V     channels of a key and of a value
// CAUSAL   whether row i sees keys j <= i only
// SIZE     work-items of a group, a power of two
// COLUMNS  work-items side by side over the channels of a value, a power of two, at most SIZE
// ALIGNED  whether every row of channels begins and ends at a multiple of four elements

#include "lanes.cl"

#define CHUNK (4 * SIZE)
#define BLOCKS ((V + COLUMNS - 1) / COLUMNS)
#define PARTS (SIZE / COLUMNS)

inline float score(__local const float *query, __global const float *key) {
#if ALIGNED
  float4 sums = 0;
  for (int c = 0; c < K; c += 4)
    sums = fma(*(__local const float4 *)(query + c), *(__global const float4 *)(key + c), sums);
  return (sums.x + sums.y) + (sums.z + sums.w);
#else
  float sum = 0;
  for (int c = 0; c < K; c++) sum = fma(query[c], key[c], sum);
  return sum;
#endif
}

__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void forward(__global const float *queries, long queries_at, long query_batch, long query_step,
             __global const float *keys, long keys_at, long key_batch, long key_step,
             __global const float *values, long values_at, long value_batch, long value_step,
             __global const int *lengths, long lengths_at, int has_lengths, int heads,
             int query_count, int key_count, float scale, __global float *out, long out_at,
             __global float *logs, long logs_at, int saves) {
  __local float own[K] __attribute__((aligned(16)));
  __local float weights[CHUNK], lanes[SIZE];
  int lane = get_local_id(0), column = lane % COLUMNS, part = lane / COLUMNS;
  int query = get_group_id(0), head = get_group_id(1);
  long batch = get_group_id(2);
  queries += queries_at + batch * query_batch + query * query_step + head * K;
  keys += keys_at + batch * key_batch + head * K;
  values += values_at + batch * value_batch + head * V;
  int sees = has_lengths ? min(lengths[lengths_at + batch], key_count) : key_count;
  if (CAUSAL) sees = min(sees, query + 1);
  for (int c = lane; c < K; c += SIZE) own[c] = scale * queries[c];
  barrier(CLK_LOCAL_MEM_FENCE);
  float sums[BLOCKS];
  for (int b = 0; b < BLOCKS; b++) sums[b] = 0;
  float largest = -INFINITY, total = 0;
  for (int first = 0; first < sees; first += CHUNK) {
    int count = min(CHUNK, sees - first);
    float before = largest;
    for (int t = lane; t < count; t += SIZE) {
      weights[t] = score(own, keys + (first + t) * key_step);
      largest = fmax(largest, weights[t]);
    }
    largest = largest_of_lanes(lanes, largest);
    float shrink = largest > before ? exp(before - largest) : 1;
    total *= shrink;
    for (int t = lane; t < count; t += SIZE) {
      weights[t] = exp(weights[t] - largest);
      total += weights[t];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int b = 0; b < BLOCKS; b++) {
      int channel = b * COLUMNS + column;
      if (channel >= V) continue;
      float sum = shrink * sums[b];
#pragma unroll 4
      for (int t = part; t < count; t += PARTS)
        sum = fma(weights[t], values[(first + t) * value_step + channel], sum);
      sums[b] = sum;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  total = sum_of_lanes(lanes, total);
  float factor = total == 0 ? 0 : 1 / total;
  long at = (batch * query_count + query) * heads + head;
  for (int b = 0; b < BLOCKS; b++) {
    barrier(CLK_LOCAL_MEM_FENCE);
    lanes[lane] = sums[b];
    barrier(CLK_LOCAL_MEM_FENCE);
    int channel = b * COLUMNS + column;
    if (part == 0 && channel < V) {
      float sum = 0;
      for (int p = 0; p < PARTS; p++) sum += lanes[p * COLUMNS + column];
      out[out_at + at * V + channel] = factor * sum;
    }
  }
  if (saves && lane == 0) logs[logs_at + at] = largest + log(total);
}
