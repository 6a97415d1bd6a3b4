// Causal attention by segments: the gradients of values and of keys, which read the same state by
// its columns and by its rows. `segmentlanes.cl` says what is computed.

#include "segmentlanes.cl"

#define READ_ROW(i, c, x_t, w_t)                             \
  ADVANCE(i, c, x_t);                                        \
  by_column[c] = fma((float4)(w_t), r[i][c], by_column[c]);  \
  by_row[i] = fma(u_t[c].x, r[i][c].x, by_row[i]);           \
  by_row[i] = fma(u_t[c].y, r[i][c].y, by_row[i]);           \
  by_row[i] = fma(u_t[c].z, r[i][c].z, by_row[i]);           \
  by_row[i] = fma(u_t[c].w, r[i][c].w, by_row[i])

// phi' from phi.
inline float4 phi_slope_of(float4 phi) { return min(phi, 1.0f); }

// The gradients of one segment: of values, read by w, and of keys, read by u. `factor` is that of
// the output.
__kernel __attribute__((reqd_work_group_size(D, 1, 1))) void differentiate(
    ROWS(x), ROWS(y), ROWS(w), ROWS(u), RESULTS(values), RESULTS(keys), int heads, int tokens,
    int length, int segments, float beta, float factor, __global const float *states,
    long states_at, int starts, __global const float *dd, long dd_at) {
  __local float4 xs[TILE * VECTORS], ys[TILE * VECTORS], ws[TILE * VECTORS], us[TILE * VECTORS];
  __local float4 column_sums[TILE * PARTS * PITCH], row_sums[TILE * COLUMNS * PITCH];
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
    __global const float *at = state + OWN_ROW(i) * D + 4 * OWN_VECTOR(c);
    r[i][c] = starts ? *(__global const float4 *)at : 0;
#if MOMENTUM
    g[i][c] = starts ? *(__global const float4 *)(at + MATRIX) : 0;
#endif
  }
#if SUMS
  __local float factors[TILE], zs[TILE * D];
  float z = starts ? state[STATE - D + lane] : 0;
  dd += dd_at + (long)flat * tokens;
  float d = lane < min(TILE, end - begin) ? dd[TOKEN(begin + lane)] : 0;
#endif
  const long x_step = STEP(x_token), y_step = STEP(y_token), w_step = STEP(w_token);
  const long u_step = STEP(u_token);
  const long values_step = STEP(values_token), keys_step = STEP(keys_token);
  x = OWN(x);
  y = OWN(y);
  w = OWN(w);
  u = OWN(u);
  values = OWN(values);
  keys = OWN(keys);
  float4 x_share[SHARE] = {0}, y_share[SHARE] = {0}, w_share[SHARE] = {0}, u_share[SHARE] = {0};
  fetch(x, x_step, end - begin - row, x_share);
  fetch(y, y_step, end - begin - row, y_share);
  fetch(w, w_step, end - begin - row, w_share);
  fetch(u, u_step, end - begin - row, u_share);
  for (int first = begin; first < end; first += TILE) {
    const int next = first + TILE;
    // All have read the last tile, less what a lane itself has put into ws.
    put(xs, x_share, X_PHI);
    put(ys, y_share, Y_PHI);
    put(ws, w_share, W_PHI);
    put(us, u_share, 0);
#if SUMS
    if (lane < TILE) factors[lane] = d;
#endif
    MEET();
    x += TILE * x_step;
    y += TILE * y_step;
    w += TILE * w_step;
    u += TILE * u_step;
    fetch(x, x_step, end - next - row, x_share);
    fetch(y, y_step, end - next - row, y_share);
    fetch(w, w_step, end - next - row, w_share);
    fetch(u, u_step, end - next - row, u_share);
#if SUMS
    if (lane < min(TILE, end - next)) d = dd[TOKEN(next + lane)];
#pragma unroll
    for (int t = 0; t < TILE; t++) {
      z = fma(factors[t], ((__local float *)xs)[t * D + lane], z);
      zs[t * D + lane] = z;
    }
#endif
#pragma unroll UNROLL
    for (int t = 0; t < TILE; t++) {
      float4 y_t[COLUMN_BLOCKS], u_t[COLUMN_BLOCKS], by_column[COLUMN_BLOCKS];
      float by_row[4 * ROW_BLOCKS];
      EACH_COLUMN(c) {
        y_t[c] = ys[t * VECTORS + OWN_VECTOR(c)];
        u_t[c] = us[t * VECTORS + OWN_VECTOR(c)];
        by_column[c] = 0;
      }
#pragma unroll
      for (int i = 0; i < 4 * ROW_BLOCKS; i++) by_row[i] = 0;
#pragma unroll
      for (int b = 0; b < ROW_BLOCKS; b++) {
        const float4 x_t = xs[t * VECTORS + PARTS * b + part];
        const float4 w_t = ws[t * VECTORS + PARTS * b + part];
        EACH_COLUMN(c) {
          READ_ROW(4 * b, c, x_t.x, w_t.x);
          READ_ROW(4 * b + 1, c, x_t.y, w_t.y);
          READ_ROW(4 * b + 2, c, x_t.z, w_t.z);
          READ_ROW(4 * b + 3, c, x_t.w, w_t.w);
        }
      }
      EACH_COLUMN(c) column_sums[(t * PARTS + part) * PITCH + OWN_VECTOR(c)] = by_column[c];
#pragma unroll
      for (int b = 0; b < ROW_BLOCKS; b++)
        row_sums[(t * COLUMNS + column) * PITCH + PARTS * b + part] =
            (float4)(by_row[4 * b], by_row[4 * b + 1], by_row[4 * b + 2], by_row[4 * b + 3]);
    }
    MEET();
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      const int t = row + ABREAST * i;
      if (first + t < end) {
        *(__global float4 *)(values + ABREAST * i * values_step) =
            factor * gather(column_sums, PARTS, t, vector);
        float4 result = factor * gather(row_sums, COLUMNS, t, vector);
#if SUMS
        result += ((__local const float4 *)zs)[t * VECTORS + vector];
#endif
#if W_PHI
        result *= phi_slope_of(ws[t * VECTORS + vector]);
#endif
        *(__global float4 *)(keys + ABREAST * i * keys_step) = result;
      }
    }
    values += TILE * values_step;
    keys += TILE * keys_step;
  }
}
