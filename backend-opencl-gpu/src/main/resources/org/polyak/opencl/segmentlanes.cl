// What the kernels of causal attention of the linear family share. The state at the start of each
// segment of the sequence comes first (`segments.cl`), then all segments at the same time
// (`segmentreads.cl`, `segmentgradients.cl`). Everything is one linear filter over tokens,
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
//   PAIRS      phi(q)    dn           phi(k)    backward    gamma w'r, of values
//                                     and u = v             (gamma r u + zbar) phi'(k), of keys
//
// with z the sum of phi(k) so far and zbar the sum of dd phi(q) from here on; both only where the
// normaliser is the sum of keys (SUMS). Another normaliser is part of the factor of the result.
//
// D            channels of keys and of values; a work-group of D lanes has one segment of one head
// MOMENTUM     1: with g; 0: additive
// BACKWARD     1: i counts tokens from the last one
// X_PHI, Y_PHI, W_PHI, SLOPE   1: rows, columns, w pass through elu + 1; results through its slope
// SUMS         1: with z or zbar
// ROW_BLOCKS, COLUMN_BLOCKS    blocks of four rows and of four columns that a lane holds, in
//              all D / 16
// TILE         tokens in local memory, a multiple of ABREAST
// UNROLL       tokens in a loop's body
// WARP         1: a work-group is one NVIDIA warp, which meets without a barrier
//
// A lane holds the columns 4 (COLUMNS c + column) + (0 .. 3) of the rows 4 (PARTS b + part) + j.

#define OUTPUT 0
#define QUERIES 1
#define PAIRS 2

#define VECTORS (D / 4)
#define PARTS (VECTORS / ROW_BLOCKS)
#define COLUMNS (VECTORS / COLUMN_BLOCKS)
// Tokens of a tile that the group carries at a time, a vector a lane.
#define ABREAST 4
#define SHARE (TILE / ABREAST)
#define PITCH (VECTORS + 2)
#define MATRIX (D * D)
#define STATE ((1 + MOMENTUM) * MATRIX + D)

// Each lane has one neighbour of the same part and one of the same columns: what two of them read
// is then fetched from local memory once.
#define PART(lane) ((lane) / 2 % PARTS)
#define COLUMN(lane) ((lane) % 2 + (lane) / (2 * PARTS) * 2)

#define TOKEN(i) (BACKWARD ? tokens - 1 - (i) : (i))
#define STEP(stride) (BACKWARD ? -(stride) : (stride))

#if WARP
#define MEET() asm volatile("bar.warp.sync 0xffffffff;" ::: "memory")
#else
#define MEET() barrier(CLK_LOCAL_MEM_FENCE)
#endif

#define ROWS(name) \
  __global const float *name, long name##_at, long name##_batch, long name##_token
#define RESULTS(name) \
  __global float *name, long name##_at, long name##_batch, long name##_token
// The vector that a lane carries of the first token that it carries.
#define OWN(name)                                                                           \
  (name + name##_at + batch * name##_batch + head * D + TOKEN(begin + row) * name##_token + \
   4 * vector)

inline float4 phi(float4 x) { return select(exp(x), x + 1, x > 0); }

inline float total(float4 x) { return (x.x + x.y) + (x.z + x.w); }

// Of each tile a lane carries SHARE vectors, ABREAST tokens apart, of which `left` tokens are to
// come; what lies beyond the end stays as it is, and what follows from it is not used.
inline void fetch(__global const float *from, long step, int left, float4 *share) {
#pragma unroll
  for (int i = 0; i < SHARE; i++)
    if (ABREAST * i < left) share[i] = *(__global const float4 *)(from + ABREAST * i * step);
}

inline void put(__local float4 *tile, const float4 *share, int mapped) {
#pragma unroll
  for (int i = 0; i < SHARE; i++)
    tile[get_local_id(0) + i * D] = mapped ? phi(share[i]) : share[i];
}

// The sum of `parts` shares of a vector of a token's result.
inline float4 gather(__local const float4 *sums, int parts, int t, int vector) {
  __local const float4 *own = sums + t * parts * PITCH + vector;
  float4 sum = own[0];
#pragma unroll
  for (int i = 1; i < parts; i++) sum += own[i * PITCH];
  return sum;
}

// A token goes into row i of what a lane holds; y_t are its columns.
#if MOMENTUM
#define ADVANCE(i, c, x_t)                       \
  g[i][c] = fma((float4)(x_t), y_t[c], g[i][c]); \
  r[i][c] = fma((float4)(beta), r[i][c], g[i][c])
#else
#define ADVANCE(i, c, x_t) r[i][c] = fma((float4)(x_t), y_t[c], r[i][c])
#endif

#define EACH_COLUMN(c) _Pragma("unroll") for (int c = 0; c < COLUMN_BLOCKS; c++)

// The number of row i of a lane in the matrix, and of its vector c of columns.
#define OWN_ROW(i) (4 * (PARTS * ((i) / 4) + part) + (i) % 4)
#define OWN_VECTOR(c) (COLUMNS * (c) + column)
