// Causal attention by segments: the output and the gradient of queries, which read the state
// forward in time. `segmentlanes.cl` says what is computed.

#include "segmentlanes.cl"

#define KEY_SUMS (SUMS && READS == OUTPUT)
#define COLUMN_SUMS (SUMS && READS == QUERIES)

inline float4 phi_slope(float4 x) { return select(exp(x), (float4)(1), x > 0); }

#define READ_ROW(i, c, x_t, w_t) \
  ADVANCE(i, c, x_t);            \
  sum[c] = fma((float4)(w_t), r[i][c], sum[c])

// A vector of columns of a row of a matrix of the state, which lies as [K, V].
inline float4 load(__global const float *matrix, int row, int vector) {
#if READS == QUERIES
  matrix += 4 * vector * D + row;
  return (float4)(matrix[0], matrix[D], matrix[2 * D], matrix[3 * D]);
#else
  return *(__global const float4 *)(matrix + row * D + 4 * vector);
#endif
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
  for (int i = 0; i < SHARE; i++) share += total(products[lane * SHARE + i]);
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
    ROWS(x), ROWS(y), ROWS(w), ROWS(source), RESULTS(out), int heads, int tokens, int length,
    int segments, float beta, float factor, float epsilon, __global const float *states,
    long states_at, int starts, __global float *den, long den_at, int saves,
    __global const float *dd, long dd_at) {
  __local float4 xs[TILE * VECTORS], ys[TILE * VECTORS], ws[TILE * VECTORS];
  __local float4 sums[TILE * PARTS * PITCH];
  const int lane = get_local_id(0), part = PART(lane), column = COLUMN(lane);
  const int row = lane / VECTORS, vector = lane % VECTORS;
  const int segment = get_group_id(0) % segments, flat = get_group_id(0) / segments;
  const long batch = flat / heads, head = flat % heads;
  const int begin = segment * length, end = min(tokens, begin + length);
  __global const float *state = states + states_at + ((long)flat * segments + segment) * STATE;
  float4 r[4 * ROW_BLOCKS][COLUMN_BLOCKS];
#if MOMENTUM
  float4 g[4 * ROW_BLOCKS][COLUMN_BLOCKS];
#endif
#pragma unroll
  for (int i = 0; i < 4 * ROW_BLOCKS; i++) EACH_COLUMN(c) {
    r[i][c] = starts ? load(state, OWN_ROW(i), OWN_VECTOR(c)) : 0;
#if MOMENTUM
    g[i][c] = starts ? load(state + MATRIX, OWN_ROW(i), OWN_VECTOR(c)) : 0;
#endif
  }
#if KEY_SUMS
  __local float4 products[TILE * VECTORS];
  __local float norms[D];
  float z = starts ? state[STATE - D + lane] : 0;
  den += den_at + (long)flat * tokens;
#elif COLUMN_SUMS
  // Only the first part adds it to a result.
  __local float factors[TILE];
  float4 z[COLUMN_BLOCKS];
  EACH_COLUMN(c) {
    z[c] = starts ? *(__global const float4 *)(state + STATE - D + 4 * OWN_VECTOR(c)) : 0;
  }
  const float lift = part == 0 ? 1 / factor : 0;
  dd += dd_at + (long)flat * tokens;
  float d = lane < min(TILE, end - begin) ? dd[TOKEN(begin + lane)] : 0;
#endif
  const long x_step = STEP(x_token), y_step = STEP(y_token), w_step = STEP(w_token);
  const long out_step = STEP(out_token);
  x = OWN(x);
  y = OWN(y);
  w = OWN(w);
  out = OWN(out);
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
    // All have met since they read the last tile.
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
      float4 y_t[COLUMN_BLOCKS], sum[COLUMN_BLOCKS];
      EACH_COLUMN(c) {
        y_t[c] = ys[t * VECTORS + OWN_VECTOR(c)];
#if COLUMN_SUMS
        z[c] += y_t[c];
        sum[c] = lift * factors[t] * z[c];
#else
        sum[c] = 0;
#endif
      }
#pragma unroll
      for (int b = 0; b < ROW_BLOCKS; b++) {
        const int at = t * VECTORS + PARTS * b + part;
        const float4 x_t = xs[at], w_t = ws[at];
        EACH_COLUMN(c) {
          READ_ROW(4 * b, c, x_t.x, w_t.x);
          READ_ROW(4 * b + 1, c, x_t.y, w_t.y);
          READ_ROW(4 * b + 2, c, x_t.z, w_t.z);
          READ_ROW(4 * b + 3, c, x_t.w, w_t.w);
        }
      }
      EACH_COLUMN(c) sums[(t * PARTS + part) * PITCH + OWN_VECTOR(c)] = sum[c];
    }
    MEET();
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      const int t = row + ABREAST * i;
      if (first + t < end) {
        float scale = factor;
#if KEY_SUMS
        const float norm = denominator(norms, t, epsilon);
        scale /= norm;
        if (saves && vector == 0) den[TOKEN(first + t)] = norm;
#endif
        float4 result = scale * gather(sums, PARTS, t, vector);
#if SLOPE
        result *= phi_slope(source_share[i]);
#endif
        *(__global float4 *)(out + ABREAST * i * out_step) = result;
      }
    }
    out += TILE * out_step;
  }
}
