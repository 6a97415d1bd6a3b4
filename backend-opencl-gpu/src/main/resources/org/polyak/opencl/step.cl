// One token of causal attention of the linear family with a carried state, as in generation:
//
//   m = beta m - phi(k) v',   S = S - gamma m      momentum (eq. 12)
//   S = S + phi(k) v'                              additive (eq. 8)
//   z = z + phi(k),           out = phi(q)'S / (phi(q)'z + epsilon)
//
// The state is many times larger than everything else, so what counts is that it is read once and
// written once, in long lines, with many of them under way at the same time.
//
// K, V      channels of keys and values
// MOMENTUM  1: with m; 0: additive
// PHI       1: queries and keys pass through elu + 1
// SUMS      1: the normaliser is the sum of keys; 0: there is none
// GROUP     work-items of a group: 32 for each of its heads
// AHEAD     rows of the state that a work-item reads before it writes the first of them
//
// A work-item has four neighbouring columns of every DOWN-th row of its head's state.

#define LANES 32
#define SLOTS (GROUP / LANES)
#define ACROSS (V / 4)
#define DOWN (LANES / ACROSS)
#define SHARE (K / DOWN)

#if PHI
#define phi(x) ((x) > 0 ? (x) + 1 : exp(x))
#else
#define phi(x) (x)
#endif

#define TOKEN(name) __global const float *name, long name##_at, long name##_batch
#define STATE(name) __global float *name, long name##_at

// The new state may be the old one: a work-item writes only what it has read itself.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void advance(TOKEN(q), TOKEN(k), TOKEN(v), int heads, float beta, float gamma, float epsilon,
          __global float *out, long out_at, STATE(s0), STATE(m0), STATE(z0), STATE(s1),
          STATE(m1), STATE(z1), int items) {
  __local float queries[SLOTS * K], keys[SLOTS * K], weights[SLOTS * K];
  __local float4 sums[GROUP];
  __local float norms[SLOTS * DOWN];
  int lane = get_local_id(0) % LANES, slot = get_local_id(0) / LANES;
  int column = lane % ACROSS, row = lane / ACROSS;
  long head = min((long)get_group_id(0) * SLOTS + slot, (long)items - 1);
  bool real = get_group_id(0) * SLOTS + slot < items;
  long token = head / heads, place = head % heads;
  for (int i = lane; i < K; i += LANES) {
    float query = phi(q[q_at + token * q_batch + place * K + i]);
    float key = phi(k[k_at + token * k_batch + place * K + i]);
    queries[slot * K + i] = query;
    keys[slot * K + i] = key;
    if (SUMS) {
      float z = z0[z0_at + head * K + i] + key;
      if (real) z1[z1_at + head * K + i] = z;
      weights[slot * K + i] = query * z;
    }
  }
  float4 value =
      *(__global const float4 *)(v + v_at + token * v_batch + place * V + 4 * column);
  float4 sum = 0;
  float norm = 0;
  for (int first = 0; first < SHARE; first += AHEAD) {
    long at = (head * K + first * DOWN + row) * V + 4 * column;
    float4 s[AHEAD], m[AHEAD];
#pragma unroll
    for (int b = 0; b < AHEAD; b++) {
      s[b] = *(__global const float4 *)(s0 + s0_at + at + b * DOWN * V);
      if (MOMENTUM) m[b] = *(__global const float4 *)(m0 + m0_at + at + b * DOWN * V);
    }
    if (first == 0) barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
    for (int b = 0; b < AHEAD; b++) {
      int i = slot * K + (first + b) * DOWN + row;
      if (MOMENTUM) {
        m[b] = beta * m[b] - keys[i] * value;
        s[b] -= gamma * m[b];
      } else {
        s[b] += keys[i] * value;
      }
      sum += queries[i] * s[b];
      if (SUMS) norm += weights[i];
      if (real) {
        *(__global float4 *)(s1 + s1_at + at + b * DOWN * V) = s[b];
        if (MOMENTUM) *(__global float4 *)(m1 + m1_at + at + b * DOWN * V) = m[b];
      }
    }
  }
  sums[get_local_id(0)] = sum;
  if (SUMS && column == 0) norms[slot * DOWN + row] = norm;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (row != 0 || !real) return;
  for (int other = 1; other < DOWN; other++) {
    sum += sums[get_local_id(0) + other * ACROSS];
    if (SUMS) norm += norms[slot * DOWN + other];
  }
  *(__global float4 *)(out + out_at + head * V + 4 * column) = SUMS ? sum / (norm + epsilon) : sum;
}
