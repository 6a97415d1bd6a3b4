// Attention of the linear family, token by token: the definition, for any shape. A work-item carries
// one column of the state (for outputs and gradients of values) or one row (for gradients of
// queries and keys) through the whole sequence.
//
// K, V        channels of keys and values
// CAUSAL      1: row i sees keys j <= i; 0: every row sees the final state
// MOMENTUM    1: m = beta m - k v, S = S - gamma m (eq. 12); 0: S = S + k v (eq. 8)
// FREEZE      1: a padded key stops time; 0: m decays and S goes on
// PHI         1: queries and keys pass through elu + 1
// NORMALISER  0 none, 1 the sum of keys plus epsilon, 2 the square root of the number of keys
//
// q, k, v: [B, N, H, C] with the strides of batch and token; everything else is contiguous.

#if PHI
#define phi(x) ((x) > 0 ? (x) + 1 : exp(x))
#define phi_slope(x) ((x) > 0 ? 1.0f : exp(x))
#else
#define phi(x) (x)
#define phi_slope(x) 1.0f
#endif

typedef struct {
  __global const float *q, *k, *v;
  long q_token, k_token, v_token;
} sequence;

#include "tokens.cl"

#define INPUTS                                                                                  \
  __global const float *q, long q_at, long q_batch, long q_token, __global const float *k,     \
      long k_at, long k_batch, long k_token, __global const float *v, long v_at, long v_batch, \
      long v_token, __global const int *lengths, long lengths_at, int padded, int heads,       \
      int queries, int keys, float beta, float gamma, float epsilon

#define SEQUENCE(channels)                                                       \
  long flat = get_global_id(0) / (channels);                                     \
  int channel = get_global_id(0) % (channels);                                   \
  if (get_global_id(0) >= items) return;                                         \
  long batch = flat / heads, head = flat % heads;                                \
  int length = padded ? lengths[lengths_at + batch] : keys;                      \
  q += q_at + batch * q_batch + head * K;                                        \
  k += k_at + batch * k_batch + head * K;                                        \
  v += v_at + batch * v_batch + head * V

// One column of S and m: S[.][channel].
#define STEP_COLUMN(t)                                                    \
  {                                                                       \
    bool real = (t) < length;                                             \
    float value = real ? v[(t) * v_token + channel] : 0;                  \
    if (MOMENTUM ? (real || FREEZE == 0) : real)                              \
      for (int i = 0; i < K; i++) {                                       \
        float key = real ? phi(k[(t) * k_token + i]) : 0;                 \
        if (MOMENTUM) {                                                   \
          m[i] = fma(beta, m[i], -key * value);                           \
          s[i] = fma(-gamma, m[i], s[i]);                                 \
        } else {                                                          \
          s[i] = fma(key, value, s[i]);                                   \
        }                                                                 \
        if (NORMALISER == 1) z[i] += key;                                 \
      }                                                                   \
  }

__kernel void forward(INPUTS, __global float *out, long out_at, __global float *saved,
                      long saved_at, int saves, __global const float *s0, long s0_at,
                      __global const float *m0, long m0_at, __global const float *z0, long z0_at,
                      int starts, __global float *s1, long s1_at, __global float *m1, long m1_at,
                      __global float *z1, long z1_at, int ends, long items) {
  float z[K];
  for (int i = 0; i < K; i++)
    z[i] = NORMALISER == 1 && starts && get_global_id(0) < items
               ? z0[z0_at + get_global_id(0) / V * K + i]
               : 0;
  // z1 may be z0: all columns of a head, which are in one work-group, have read it now.
  barrier(CLK_GLOBAL_MEM_FENCE);
  SEQUENCE(V);
  float s[K], m[K];
  long state = flat * K * V + channel;
  for (int i = 0; i < K; i++) {
    s[i] = starts ? s0[s0_at + state + i * V] : 0;
    m[i] = MOMENTUM && starts ? m0[m0_at + state + i * V] : 0;
  }
  if (!CAUSAL)
    for (int t = 0; t < keys; t++) STEP_COLUMN(t)
  for (int t = 0; t < queries; t++) {
    if (CAUSAL) STEP_COLUMN(t)
    float sum = 0, norm = epsilon;
    for (int i = 0; i < K; i++) {
      float query = phi(q[t * q_token + i]);
      sum = fma(query, s[i], sum);
      if (NORMALISER == 1) norm = fma(query, z[i], norm);
    }
    if (NORMALISER == 2) norm = sqrt((float)keys);
    out[out_at + ((batch * queries + t) * heads + head) * V + channel] =
        NORMALISER ? sum / norm : sum;
    if (saves && channel == 0) saved[saved_at + flat * queries + t] = norm;
  }
  if (ends)
    for (int i = 0; i < K; i++) {
      s1[s1_at + state + i * V] = s[i];
      if (MOMENTUM) m1[m1_at + state + i * V] = m[i];
      if (NORMALISER == 1 && channel == 0) z1[z1_at + flat * K + i] = z[i];
    }
}

#define GRADIENT_INPUTS                                                                      \
  __global const float *out, long out_at, __global const float *saved, long saved_at,       \
      __global const float *dout, long dout_at

#define ROW(t) (((batch * queries + (t)) * heads + head) * V)
#define NORM(t)                                                        \
  (NORMALISER == 1 ? saved[saved_at + flat * queries + (t)]            \
                   : NORMALISER == 2 ? sqrt((float)keys) : 1.0f)

// Gradient of queries: a row of the state, S[channel][.].
__kernel void query_gradient(INPUTS, GRADIENT_INPUTS, __global const float *s0, long s0_at,
                             __global const float *m0, long m0_at, __global const float *z0,
                             long z0_at, int starts, GRADIENT(dq), long items) {
  SEQUENCE(K);
  float s[V], m[V], z = 0;
  long state = (flat * K + channel) * V;
  for (int j = 0; j < V; j++) {
    s[j] = starts ? s0[s0_at + state + j] : 0;
    m[j] = MOMENTUM && starts ? m0[m0_at + state + j] : 0;
  }
  if (NORMALISER == 1 && starts) z = z0[z0_at + flat * K + channel];
#define STEP_ROW(t)                                                          \
  {                                                                          \
    bool real = (t) < length;                                                \
    float key = real ? phi(k[(t) * k_token + channel]) : 0;                  \
    z += key;                                                                \
    if (MOMENTUM ? (real || FREEZE == 0) : real)                                 \
      for (int j = 0; j < V; j++) {                                          \
        float value = real ? v[(t) * v_token + j] : 0;                       \
        if (MOMENTUM) {                                                      \
          m[j] = fma(beta, m[j], -key * value);                              \
          s[j] = fma(-gamma, m[j], s[j]);                                    \
        } else {                                                             \
          s[j] = fma(key, value, s[j]);                                      \
        }                                                                    \
      }                                                                      \
  }
  if (!CAUSAL)
    for (int t = 0; t < keys; t++) STEP_ROW(t)
  for (int t = 0; t < queries; t++) {
    if (CAUSAL) STEP_ROW(t)
    float sum = 0, along = 0;
    for (int j = 0; j < V; j++) {
      float d = dout[dout_at + ROW(t) + j];
      sum = fma(s[j], d, sum);
      if (NORMALISER == 1) along = fma(d, out[out_at + ROW(t) + j], along);
    }
    float gradient = NORMALISER == 1 ? (sum - along * z) / NORM(t) : sum / NORM(t);
    CHANNELS(dq, t, K)[channel] =
        gradient * phi_slope(q[t * q_token + channel]);
  }
}

// Gradient of keys: a row of the adjoint state; from the last token to the first.
__kernel void key_gradient(INPUTS, GRADIENT_INPUTS, __global const float *s1, long s1_at,
                           __global const float *m1, long m1_at, __global const float *z1,
                           long z1_at, int ends, GRADIENT(dk),
                           __global float *ds, long ds_at, __global float *dm, long dm_at,
                           __global float *dz, long dz_at, int starts, long items) {
  SEQUENCE(K);
  float s[V], m[V], z = 0;
  long state = (flat * K + channel) * V;
  for (int j = 0; j < V; j++) {
    s[j] = ends ? s1[s1_at + state + j] : 0;
    m[j] = MOMENTUM && ends ? m1[m1_at + state + j] : 0;
  }
  if (NORMALISER == 1 && ends) z = z1[z1_at + flat * K + channel];
#define READ_ROW(t)                                                          \
  {                                                                          \
    float query = phi(q[(t) * q_token + channel]) / NORM(t), along = 0;      \
    for (int j = 0; j < V; j++) {                                            \
      float d = dout[dout_at + ROW(t) + j];                                  \
      s[j] = fma(query, d, s[j]);                                            \
      if (NORMALISER == 1) along = fma(d, out[out_at + ROW(t) + j], along);  \
    }                                                                        \
    if (NORMALISER == 1) z = fma(-along, query, z);                          \
  }
  if (!CAUSAL)
    for (int t = queries - 1; t >= 0; t--) READ_ROW(t)
  for (int t = keys - 1; t >= 0; t--) {
    if (CAUSAL) READ_ROW(t)
    bool real = t < length;
    float sum = 0;
    if (MOMENTUM && (real || FREEZE == 0))
      for (int j = 0; j < V; j++) m[j] = fma(-gamma, s[j], m[j]);
    if (real)
      for (int j = 0; j < V; j++) {
        float value = v[t * v_token + j];
        sum = MOMENTUM ? fma(-m[j], value, sum) : fma(s[j], value, sum);
      }
    if (MOMENTUM && (real || FREEZE == 0))
      for (int j = 0; j < V; j++) m[j] *= beta;
    CHANNELS(dk, t, K)[channel] =
        real ? (NORMALISER == 1 ? sum + z : sum) * phi_slope(k[t * k_token + channel]) : 0;
  }
  if (starts) {
    for (int j = 0; j < V; j++) {
      ds[ds_at + state + j] = s[j];
      if (MOMENTUM) dm[dm_at + state + j] = m[j];
    }
    if (NORMALISER == 1) dz[dz_at + flat * K + channel] = z;
  }
}

// Gradient of values: a column of the adjoint state.
__kernel void value_gradient(INPUTS, GRADIENT_INPUTS, __global const float *s1, long s1_at,
                             __global const float *m1, long m1_at, int ends, GRADIENT(dv),
                             long items) {
  SEQUENCE(V);
  float s[K], m[K];
  long state = flat * K * V + channel;
  for (int i = 0; i < K; i++) {
    s[i] = ends ? s1[s1_at + state + i * V] : 0;
    m[i] = MOMENTUM && ends ? m1[m1_at + state + i * V] : 0;
  }
#define READ_COLUMN(t)                                                     \
  {                                                                        \
    float d = dout[dout_at + ROW(t) + channel] / NORM(t);                  \
    for (int i = 0; i < K; i++) s[i] = fma(phi(q[(t) * q_token + i]), d, s[i]); \
  }
  if (!CAUSAL)
    for (int t = queries - 1; t >= 0; t--) READ_COLUMN(t)
  for (int t = keys - 1; t >= 0; t--) {
    if (CAUSAL) READ_COLUMN(t)
    bool real = t < length;
    float sum = 0;
    if (MOMENTUM && (real || FREEZE == 0))
      for (int i = 0; i < K; i++) m[i] = fma(-gamma, s[i], m[i]);
    if (real)
      for (int i = 0; i < K; i++) {
        float key = phi(k[t * k_token + i]);
        sum = MOMENTUM ? fma(-m[i], key, sum) : fma(s[i], key, sum);
      }
    if (MOMENTUM && (real || FREEZE == 0))
      for (int i = 0; i < K; i++) m[i] *= beta;
    CHANNELS(dv, t, V)[channel] = sum;
  }
}
