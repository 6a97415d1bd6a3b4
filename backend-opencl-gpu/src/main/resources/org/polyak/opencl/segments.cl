// Causal attention of the linear family by segments of the sequence: the state at the start of each
// segment first (summarise, scan), then all segments at the same time (attend). Everything is one
// linear filter over tokens,
//
//   g_t = g_{t-1} + x_t y_t',   r_t = beta r_{t-1} + g_t,   result_t = w_t' r_t     momentum
//   r_t = r_{t-1} + x_t y_t',                               result_t = w_t' r_t     additive
//
// in which token s counts 1 + beta + ... + beta^(t-s) in row t, as in eq. 13: gamma r is S of
// eq. 12, and no term is subtracted. The filter weighs the same way backward in time, so that
// the gradients (dn = dout / den, dd = -(dn . out), both from `numerator_gradient`) read it too:
//
//   READS      rows x    columns y    w         time        result
//   OUTPUT     phi(k)    v            phi(q)    forward     gamma w'r / den,   den = phi(q)'z + eps
//   QUERIES    v         phi(k)       dn        forward     (gamma w'r + dd z) phi'(q)
//   VALUES     phi(q)    dn           phi(k)    backward    gamma w'r
//   KEYS       dn        phi(q)       v         backward    (gamma w'r + zbar) phi'(k)
//
// with z the sum of phi(k) so far and zbar the sum of dd phi(q) from here on; both only where the
// normaliser is the sum of keys (SUMS). Another normaliser is part of the factor of the result.
//
// D            channels of keys and of values; a work-group of D lanes has one segment of one head
// MOMENTUM     1: with g; 0: additive
// BACKWARD     1: i counts tokens from the last one
// X_PHI, Y_PHI, W_PHI, SLOPE   1: rows, columns, w pass through elu + 1; results through its slope
// SUMS         1: with z or zbar
// TILE         tokens in local memory, at most D
// UNROLL       tokens in a loop's body
// WARP         1: a work-group is one NVIDIA warp, which meets without a barrier
//
// A lane holds the columns 4 column .. 4 column + 3 of the rows 16 b + 4 part + j.

#define OUTPUT 0
#define QUERIES 1
#define VALUES 2
#define KEYS 3

#define VECTORS (D / 4)
#define BLOCKS (D / 16)
#define PARTS 4
#define SHARE (TILE / PARTS)
#define PITCH (VECTORS + 2)
#define MATRIX (D * D)
#define STATE ((1 + MOMENTUM) * MATRIX + D)
#define AHEAD 8

#define TOKEN(i) (BACKWARD ? tokens - 1 - (i) : (i))
#define STEP(stride) (BACKWARD ? -(stride) : (stride))

#if WARP
#define MEET() asm volatile("bar.warp.sync 0xffffffff;" ::: "memory")
#else
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)
#endif

#define ROWS(name) \
  __global const float *name, long name##_at, long name##_batch, long name##_token
// The vector that a lane carries of the first token that it carries.
#define OWN(name)                                                                           \
  (name + name##_at + batch * name##_batch + head * D + TOKEN(begin + row) * name##_token + \
   4 * vector)

inline float4 phi(float4 x) { return select(exp(x), x + 1, x > 0); }

inline float4 phi_slope(float4 x) { return select(exp(x), (float4)(1), x > 0); }

inline float total(float4 x) { return (x.x + x.y) + (x.z + x.w); }

// Of each tile a lane carries SHARE vectors, of every fourth token, of which `left` are to come;
// what lies beyond the end stays as it is, and what follows from it is not used.
inline void fetch(__global const float *from, long step, int left, float4 *share) {
#pragma unroll
  for (int i = 0; i < SHARE; i++)
    if (PARTS * i < left) share[i] = *(__global const float4 *)(from + PARTS * i * step);
}

inline void put(__local float4 *tile, const float4 *share, int mapped) {
#pragma unroll
  for (int i = 0; i < SHARE; i++)
    tile[get_local_id(0) + i * D] = mapped ? phi(share[i]) : share[i];
}

#if MOMENTUM
#define SUM g
#define ADVANCE(i, x_t)                 \
  g[i] = fma((float4)(x_t), y_t, g[i]); \
  r[i] = fma((float4)(beta), r[i], g[i])
#else
#define SUM r
#define ADVANCE(i, x_t) r[i] = fma((float4)(x_t), y_t, r[i])
#endif
#define ADD(i, x_t) SUM[i] = fma((float4)(x_t), y_t, SUM[i])

#define READ(i, x_t, w_t) \
  ADVANCE(i, x_t);        \
  sum = fma((float4)(w_t), r[i], sum)

// One token of a segment's own sum.
#define EACH_ROW(CHANGE)                                     \
  {                                                          \
    const float4 y_t = ys[t * VECTORS + column];             \
    _Pragma("unroll") for (int b = 0; b < BLOCKS; b++) {     \
      const float4 x_t = xs[t * VECTORS + PARTS * b + part]; \
      CHANGE(4 * b, x_t.x);                                  \
      CHANGE(4 * b + 1, x_t.y);                              \
      CHANGE(4 * b + 2, x_t.z);                              \
      CHANGE(4 * b + 3, x_t.w);                              \
    }                                                        \
  }

#if READS == OUTPUT || READS == VALUES

// What a segment adds to the state. Its r forgets how it began as beta^n: in all but the last
// `memory` tokens only g is summed, and r then begins with what it would tend to, `limit` g.
__kernel __attribute__((reqd_work_group_size(D, 1, 1))) void summarise(
    ROWS(x), ROWS(y), __global const float *dd, long dd_at, int heads, int tokens, int length,
    int segments, int summarised, float beta, float limit, int memory, __global float *states,
    long states_at) {
  __local float4 xs[TILE * VECTORS], ys[TILE * VECTORS];
  __local float factors[TILE];
  const int lane = get_local_id(0), part = lane % PARTS, column = lane / PARTS;
  const int row = lane / VECTORS, vector = lane % VECTORS;
  const int segment = get_group_id(0) % summarised, flat = get_group_id(0) / summarised;
  const long batch = flat / heads, head = flat % heads;
  const int begin = segment * length, end = min(tokens, begin + length);
  const int quiet = MOMENTUM ? begin + max(0, end - begin - memory) / TILE * TILE : end;
  float4 r[D / 4];
#if MOMENTUM
  float4 g[D / 4];
#endif
#pragma unroll
  for (int i = 0; i < D / 4; i++) SUM[i] = 0;
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
#if SUMS
#pragma unroll UNROLL
    for (int t = 0; t < count; t++)
      z = fma(BACKWARD ? factors[t] : 1.0f, ((__local float *)xs)[t * D + lane], z);
#endif
#if MOMENTUM
    if (first == quiet) {
#pragma unroll
      for (int i = 0; i < D / 4; i++) r[i] = limit * g[i];
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
  for (int i = 0; i < D / 4; i++) {
    __global float *at = state + (16 * (i / 4) + 4 * part + i % 4) * D + 4 * column;
    *(__global float4 *)at = r[i];
#if MOMENTUM
    *(__global float4 *)(at + MATRIX) = g[i];
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

#endif

#define TRANSPOSED (READS == QUERIES || READS == KEYS)
#define KEY_SUMS (SUMS && READS == OUTPUT)
#define COLUMN_SUMS (SUMS && TRANSPOSED)

// Four columns of a row of a matrix of the state, which lies as [K, V].
inline float4 load(__global const float *matrix, int row, int column) {
#if TRANSPOSED
  matrix += 4 * column * D + row;
  return (float4)(matrix[0], matrix[D], matrix[2 * D], matrix[3 * D]);
#else
  return *(__global const float4 *)(matrix + row * D + 4 * column);
#endif
}

// The sum of all parts of a vector of a token's result.
inline float4 gather(__local const float4 *sums, int t, int vector) {
  __local const float4 *own = sums + t * PARTS * PITCH + vector;
  return (own[0] + own[PITCH]) + (own[2 * PITCH] + own[3 * PITCH]);
}

#if KEY_SUMS
// phi(q)'z of all tokens of a tile, in D / TILE shares each, with a lane for a row of z.
inline void denominators(__local const float *xs, __local const float *ws,
                         __local float4 *products, __local float *shares, float *z) {
  const int lane = get_local_id(0);
#pragma unroll
  for (int t = 0; t < TILE; t++) {
    *z += xs[t * D + lane];
    ((__local float *)products)[t * D + lane] = ws[t * D + lane] * *z;
  }
  MEET();
  float share = 0;
#pragma unroll
  for (int i = 0; i < TILE / 4; i++) share += total(products[lane * (TILE / 4) + i]);
  shares[lane] = share;
}

inline float denominator(__local const float *shares, int t, float epsilon) {
  float sum = epsilon;
#pragma unroll
  for (int i = 0; i < D / TILE; i++) sum += shares[t * (D / TILE) + i];
  return sum;
}
#endif

// The results of one segment. `source` is what phi' is taken of. A result is `factor` times the
// filter's.
__kernel __attribute__((reqd_work_group_size(D, 1, 1))) void attend(
    ROWS(x), ROWS(y), ROWS(w), ROWS(source), __global float *out, long out_at, long out_batch,
    long out_token, int heads, int tokens, int length, int segments, float beta, float factor, float epsilon,
    __global const float *states, long states_at, int starts, __global float *den, long den_at,
    int saves, __global const float *dd, long dd_at) {
  __local float4 xs[TILE * VECTORS], ys[TILE * VECTORS], ws[TILE * VECTORS];
  __local float4 sums[TILE * PARTS * PITCH];
  __local float factors[TILE];
  const int lane = get_local_id(0), part = lane % PARTS, column = lane / PARTS;
  const int row = lane / VECTORS, vector = lane % VECTORS;
  const int segment = get_group_id(0) % segments, flat = get_group_id(0) / segments;
  const long batch = flat / heads, head = flat % heads;
  const int begin = segment * length, end = min(tokens, begin + length);
  __global const float *state = states + states_at + ((long)flat * segments + segment) * STATE;
  float4 r[D / 4];
#if MOMENTUM
  float4 g[D / 4];
#endif
#pragma unroll
  for (int i = 0; i < D / 4; i++) {
    int own_row = 16 * (i / 4) + 4 * part + i % 4;
    r[i] = starts ? load(state, own_row, column) : 0;
#if MOMENTUM
    g[i] = starts ? load(state + MATRIX, own_row, column) : 0;
#endif
  }
#if KEY_SUMS
  __local float4 products[TILE * VECTORS];
  __local float norms[D];
  float z = starts ? state[STATE - D + lane] : 0;
  den += den_at + (long)flat * tokens;
#elif COLUMN_SUMS
  // Only the first part adds it to a result.
  float4 z = starts ? *(__global const float4 *)(state + STATE - D + 4 * column) : 0;
  const float lift = part == 0 ? 1 / factor : 0;
  dd += dd_at + (long)flat * tokens;
  float d = lane < min(TILE, end - begin) ? dd[TOKEN(begin + lane)] : 0;
#endif
  const long x_step = STEP(x_token), y_step = STEP(y_token), w_step = STEP(w_token);
  const long out_step = STEP(out_token);
  x = OWN(x);
  y = OWN(y);
  w = OWN(w);
  out += out_at + batch * out_batch + TOKEN(begin + row) * out_token + head * D + 4 * vector;
#if SLOPE
  const long source_step = STEP(source_token);
  source = OWN(source);
  float4 source_share[SHARE] = {0};
#endif
  float4 x_share[SHARE] = {0}, y_share[SHARE] = {0}, w_share[SHARE] = {0};
  fetch(x, x_step, end - begin - row, x_share);
  fetch(y, y_step, end - begin - row, y_share);
  fetch(w, w_step, end - begin - row, w_share);
  for (int first = begin; first < end; first += TILE) {
    const int next = first + TILE;
    MEET();
    put(xs, x_share, X_PHI);
    put(ys, y_share, Y_PHI);
    put(ws, w_share, W_PHI);
#if COLUMN_SUMS
    if (lane < TILE) factors[lane] = d;
#endif
    MEET();
    x += TILE * x_step;
    y += TILE * y_step;
    w += TILE * w_step;
    fetch(x, x_step, end - next - row, x_share);
    fetch(y, y_step, end - next - row, y_share);
    fetch(w, w_step, end - next - row, w_share);
#if SLOPE
    fetch(source, source_step, end - first - row, source_share);
    source += TILE * source_step;
#endif
#if COLUMN_SUMS
    if (lane < min(TILE, end - next)) d = dd[TOKEN(next + lane)];
#elif KEY_SUMS
    denominators((__local float *)xs, (__local float *)ws, products, norms, &z);
#endif
#pragma unroll UNROLL
    for (int t = 0; t < TILE; t++) {
      const float4 y_t = ys[t * VECTORS + column];
      float4 sum = 0;
#if COLUMN_SUMS
      z = fma((float4)(READS == KEYS ? factors[t] : 1.0f), y_t, z);
      sum = (READS == KEYS ? lift : lift * factors[t]) * z;
#endif
#pragma unroll
      for (int b = 0; b < BLOCKS; b++) {
        const int at = t * VECTORS + PARTS * b + part;
        const float4 x_t = xs[at], w_t = ws[at];
        READ(4 * b, x_t.x, w_t.x);
        READ(4 * b + 1, x_t.y, w_t.y);
        READ(4 * b + 2, x_t.z, w_t.z);
        READ(4 * b + 3, x_t.w, w_t.w);
      }
      sums[(t * PARTS + part) * PITCH + column] = sum;
    }
    MEET();
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      const int t = row + PARTS * i;
      if (first + t < end) {
        float scale = factor;
#if KEY_SUMS
        const float norm = denominator(norms, t, epsilon);
        scale /= norm;
        if (saves && vector == 0) den[TOKEN(first + t)] = norm;
#endif
        float4 result = scale * gather(sums, t, vector);
#if SLOPE
        result *= phi_slope(source_share[i]);
#endif
        *(__global float4 *)(out + PARTS * i * out_step) = result;
      }
    }
    out += TILE * out_step;
  }
}
