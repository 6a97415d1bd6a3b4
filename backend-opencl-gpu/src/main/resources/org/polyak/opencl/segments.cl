// Causal attention by segments: the states at the starts of segments, forward or backward in time
// (summarise, scan), and what gradients want first. `segmentlanes.cl` says what is computed.

#include "segmentlanes.cl"

#define AHEAD 8

#if MOMENTUM
#define SUM g
#else
#define SUM r
#endif
#define ADD(i, c, x_t) SUM[i][c] = fma((float4)(x_t), y_t[c], SUM[i][c])

// One token of a segment's own sum; a lane has a row of z.
#define EACH_ROW(CHANGE)                                                                     \
  {                                                                                          \
    if (SUMS) z = fma(BACKWARD ? factors[t] : 1.0f, ((__local float *)xs)[t * D + lane], z); \
    float4 y_t[COLUMN_BLOCKS];                                                               \
    EACH_COLUMN(c) y_t[c] = ys[t * VECTORS + OWN_VECTOR(c)];                                 \
    _Pragma("unroll") for (int b = 0; b < ROW_BLOCKS; b++) {                                 \
      const float4 x_t = xs[t * VECTORS + PARTS * b + part];                                 \
      EACH_COLUMN(c) {                                                                       \
        CHANGE(4 * b, c, x_t.x);                                                             \
        CHANGE(4 * b + 1, c, x_t.y);                                                         \
        CHANGE(4 * b + 2, c, x_t.z);                                                         \
        CHANGE(4 * b + 3, c, x_t.w);                                                         \
      }                                                                                      \
    }                                                                                        \
  }

// What a segment adds to the state. Its r forgets how it began as beta^n: in all but the last
// `memory` tokens only g is summed, and r then begins with what it would tend to, `limit` g.
__kernel __attribute__((reqd_work_group_size(D, 1, 1))) void summarise(
    ROWS(x), ROWS(y), __global const float *dd, long dd_at, int heads, int tokens, int length,
    int segments, int summarised, float beta, float limit, int memory, __global float *states,
    long states_at) {
  __local float4 xs[TILE * VECTORS], ys[TILE * VECTORS];
  __local float factors[TILE];
  const int lane = get_local_id(0), part = PART(lane), column = COLUMN(lane);
  const int row = lane / VECTORS, vector = lane % VECTORS;
  const int segment = get_group_id(0) % summarised, flat = get_group_id(0) / summarised;
  const long batch = flat / heads, head = flat % heads;
  const int begin = segment * length, end = min(tokens, begin + length);
  const int quiet = MOMENTUM ? begin + max(0, end - begin - memory) / TILE * TILE : end;
  float4 r[4 * ROW_BLOCKS][COLUMN_BLOCKS];
#if MOMENTUM
  float4 g[4 * ROW_BLOCKS][COLUMN_BLOCKS];
#endif
#pragma unroll
  for (int i = 0; i < 4 * ROW_BLOCKS; i++) EACH_COLUMN(c) SUM[i][c] = 0;
  float z = 0, factor = 1;
  const long x_step = STEP(x_token), y_step = STEP(y_token);
  x = OWN(x);
  y = OWN(y);
  dd += dd_at + (long)flat * tokens;
  float4 x_share[SHARE] = {0}, y_share[SHARE] = {0};
  fetch(x, x_step, end - begin - row, x_share);
  fetch(y, y_step, end - begin - row, y_share);
  if (SUMS && BACKWARD && lane < min(TILE, end - begin)) factor = dd[TOKEN(begin + lane)];
  for (int first = begin; first < end; first += TILE) {
    const int next = first + TILE, count = min(TILE, end - first);
    MEET();
    put(xs, x_share, X_PHI);
    put(ys, y_share, Y_PHI);
    if (lane < TILE) factors[lane] = factor;
    MEET();
    x += TILE * x_step;
    y += TILE * y_step;
    fetch(x, x_step, end - next - row, x_share);
    fetch(y, y_step, end - next - row, y_share);
    if (SUMS && BACKWARD && lane < min(TILE, end - next)) factor = dd[TOKEN(next + lane)];
#if MOMENTUM
    if (first == quiet) {
#pragma unroll
      for (int i = 0; i < 4 * ROW_BLOCKS; i++) EACH_COLUMN(c) r[i][c] = limit * g[i][c];
    }
    if (first >= quiet) {
#pragma unroll UNROLL
      for (int t = 0; t < count; t++) EACH_ROW(ADVANCE)
    } else
#endif
    {
#pragma unroll UNROLL
      for (int t = 0; t < count; t++) EACH_ROW(ADD)
    }
  }
  __global float *state = states + states_at + ((long)flat * segments + segment) * STATE;
#pragma unroll
  for (int i = 0; i < 4 * ROW_BLOCKS; i++) EACH_COLUMN(c) {
    __global float *at = state + OWN_ROW(i) * D + 4 * OWN_VECTOR(c);
    *(__global float4 *)at = r[i][c];
#if MOMENTUM
    *(__global float4 *)(at + MATRIX) = g[i][c];
#endif
  }
  state[STATE - D + lane] = z;
}

// From what segments add to the states at their starts, in place, one element a work-item. The
// carried state (S, m, z) becomes (r, g, z) by two rows of factors, and back at the end.
// decay: beta^n for a segment of n tokens; reach: 1 + beta + ... + beta^(n-1).
__kernel void scan(__global float *states, long states_at, int segments, float decay, float reach,
                   float last_decay, float last_reach, __global const float *s0, long s0_at,
                   __global const float *m0, long m0_at, __global const float *z0, long z0_at,
                   int starts, float r_from_s, float r_from_m, float g_from_s, float g_from_m,
                   __global float *s1, long s1_at, __global float *m1, long m1_at,
                   __global float *z1, long z1_at, int ends, float s_from_r, float s_from_g,
                   float m_from_r, int heads) {
  const int width = MATRIX + D;
  const int flat = get_global_id(0) / width, i = get_global_id(0) % width;
  if (flat >= heads) return;
  const bool sum = i >= MATRIX;
  const long at = sum ? (long)flat * D + i - MATRIX : (long)flat * MATRIX + i;
  __global float *state = states + states_at + (long)flat * segments * STATE;
  state += sum ? STATE - D + i - MATRIX : i;
  float r = 0, g = 0;
  if (sum) {
    decay = last_decay = 1;
    if (SUMS && starts) r = z0[z0_at + at];
  } else if (starts) {
    const float s = s0[s0_at + at], m = MOMENTUM ? m0[m0_at + at] : 0;
    r = fma(r_from_s, s, r_from_m * m);
    g = fma(g_from_s, s, g_from_m * m);
  }
  for (int first = 0; first < segments; first += AHEAD) {
    float r_own[AHEAD], g_own[AHEAD];
#pragma unroll
    for (int j = 0; j < AHEAD; j++)
      if (first + j < segments) {
        r_own[j] = state[(long)(first + j) * STATE];
        g_own[j] = MOMENTUM && !sum ? state[(long)(first + j) * STATE + MATRIX] : 0;
      }
#pragma unroll
    for (int j = 0; j < AHEAD; j++)
      if (first + j < segments) {
        const bool last = first + j == segments - 1;
        state[(long)(first + j) * STATE] = r;
        if (MOMENTUM && !sum) state[(long)(first + j) * STATE + MATRIX] = g;
        r = fma(last ? last_decay : decay, r, fma(last ? last_reach : reach, g, r_own[j]));
        g += g_own[j];
      }
  }
  if (!ends) return;
  if (sum) {
    if (SUMS) z1[z1_at + at] = r;
  } else {
    s1[s1_at + at] = fma(s_from_r, r, s_from_g * g);
    if (MOMENTUM && BACKWARD) m1[m1_at + at] = m_from_r * r;
  }
}

// The momentum after the last token, m = beta m - x y', one element a work-item; tokens before
// `begin` have decayed to nothing. start_decay: beta^tokens.
__kernel void last_momentum(ROWS(x), ROWS(y), int heads, int tokens, int begin, float beta,
                            float start_decay, __global const float *m0, long m0_at, int starts,
                            __global float *m1, long m1_at, long items) {
  const long item = get_global_id(0);
  if (item >= items) return;
  const long flat = item / MATRIX, batch = flat / heads, head = flat % heads;
  const int row = item % MATRIX / D, column = item % D;
  x += x_at + batch * x_batch + head * D + row;
  y += y_at + batch * y_batch + head * D + column;
  float m = 0;
  for (int t = begin; t < tokens; t++) {
    float key = x[t * x_token];
    m = fma(beta, m, -(X_PHI ? phi((float4)(key)).x : key) * y[t * y_token]);
  }
  m1[m1_at + item] = starts ? fma(start_decay, m0[m0_at + item], m) : m;
}

// dn = dout / den and dd = -(dn . out), a vector of four a work-item.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void numerator_gradient(
    __global const float *out, long out_at, __global const float *den, long den_at,
    __global const float *dout, long dout_at, __global float *dn, long dn_at, __global float *dd,
    long dd_at, int heads, int tokens, int rows) {
  __local float products[GROUP];
  const int lane = get_local_id(0), row = get_global_id(0) / VECTORS;
  const long at = (long)row * D + lane % VECTORS * 4;
  const long head = (long)row / heads / tokens * heads + row % heads;
  const long place = head * tokens + row / heads % tokens;
  if (row < rows) {
    float4 gradient = *(__global const float4 *)(dout + dout_at + at) / den[den_at + place];
    *(__global float4 *)(dn + dn_at + at) = gradient;
    products[lane] = total(gradient * *(__global const float4 *)(out + out_at + at));
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  if (row < rows && lane % VECTORS == 0) {
    float sum = 0;
#pragma unroll
    for (int i = 0; i < VECTORS; i++) sum += products[lane + i];
    dd[dd_at + place] = -sum;
  }
}
