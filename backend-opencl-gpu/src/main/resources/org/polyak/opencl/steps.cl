// Point-wise fused operations: bias and activation, dropout, optimiser steps.
//
// ACTIVATION  the function of bias and activation

#ifdef ACTIVATION
#define IDENTITY 0
#define RELU 1
#define GELU 2
#define SILU 3

inline float normal_distribution(float x) { return 0.5f * erfc(-0.70710678f * x); }

inline float activate(float x) {
#if ACTIVATION == IDENTITY
  return x;
#elif ACTIVATION == RELU
  return x < 0 ? 0 : x;
#elif ACTIVATION == GELU
  return x * normal_distribution(x);
#else
  float e = exp(-fabs(x));
  return x * ((x >= 0 ? 1 : e) / (1 + e));
#endif
}

inline float slope(float x) {
#if ACTIVATION == IDENTITY
  return 1;
#elif ACTIVATION == RELU
  return x > 0 ? 1 : x != x ? x : 0;
#elif ACTIVATION == GELU
  return normal_distribution(x) + x * (0.39894228f * exp(-0.5f * x * x));
#else
  float e = exp(-fabs(x));
  float y = (x >= 0 ? 1 : e) / (1 + e);
  return y + x * (y * ((x >= 0 ? e : 1) / (1 + e)));
#endif
}

__kernel void bias_forward(__global float *out, long out_at, __global const float *in, long in_at,
                           __global const float *bias, long bias_at, int width, long n) {
  long i = get_global_id(0);
  if (i >= n) return;
  out[out_at + i] = activate(in[in_at + i] + bias[bias_at + i % width]);
}

// A column over a slab of rows: the gradient of x, and its sum for the bias.
__kernel void bias_backward(__global float *din, long din_at, __global float *dbias,
                            __global const float *in, long in_at, __global const float *bias,
                            long bias_at, __global const float *dout, long dout_at, int rows,
                            int slab, int width) {
  int column = get_global_id(0);
  if (column >= width) return;
  int first = get_global_id(1) * slab, end = min(rows, first + slab);
  float b = bias[bias_at + column], sum = 0;
  for (int row = first; row < end; row++) {
    long i = (long)row * width + column;
    float d = slope(in[in_at + i] + b) * dout[dout_at + i];
    din[din_at + i] = d;
    sum += d;
  }
  dbias[(long)get_global_id(1) * width + column] = sum;
}
#endif

inline uint mix(uint h) {
  h ^= h >> 16;
  h *= 0x7FEB352Du;
  h ^= h >> 15;
  h *= 0x846CA68Bu;
  return h ^ (h >> 16);
}

// Element i is kept when the hash of seed and i, as a number in [0, 1), is at least the rate.
__kernel void dropout(__global float *out, long out_at, __global const float *in, long in_at,
                      float rate, float scale, int seed, int n) {
  int i = get_global_id(0);
  if (i >= n) return;
  float uniform = (mix(mix(seed) + (uint)i * 0x9E3779B9u) >> 8) * 0x1p-24f;
  out[out_at + i] = uniform >= rate ? in[in_at + i] * scale : 0;
}

// b = momentum b + kept g (b = g at the first step); theta -= rate (g + momentum b, or b).
__kernel void descend(__global float *theta, long theta_at, __global const float *g, long g_at,
                      __global const float *scale, long scale_at, int scaled, __global float *b, long b_at,
                      float decay, float momentum, float kept, int nesterov, float rate, int n) {
  int i = get_global_id(0);
  if (i >= n) return;
  float t = theta[theta_at + i];
  float d = fma(decay, t, scaled ? g[g_at + i] * scale[scale_at] : g[g_at + i]);
  if (momentum != 0) {
    float velocity = kept < 0 ? d : momentum * b[b_at + i] + kept * d;
    b[b_at + i] = velocity;
    d = nesterov ? d + momentum * velocity : velocity;
  }
  theta[theta_at + i] = t - rate * d;
}

// m and v as in Adam; theta = shrink theta - first m / (second sqrt(v) + epsilon), or first m alone.
__kernel void moments(__global float *theta, long theta_at, __global const float *g, long g_at,
                      __global const float *scale, long scale_at, int scaled, __global float *m, long m_at,
                      __global float *v, long v_at, float decay, float beta1, float rest1,
                      float beta2, float rest2, float shrink, float first, float second,
                      float epsilon, int divides, int n) {
  int i = get_global_id(0);
  if (i >= n) return;
  float t = theta[theta_at + i];
  float d = fma(decay, t, scaled ? g[g_at + i] * scale[scale_at] : g[g_at + i]);
  float mean = beta1 * m[m_at + i] + rest1 * d;
  float square = beta2 * v[v_at + i] + rest2 * (d * d);
  m[m_at + i] = mean;
  v[v_at + i] = square;
  float step = first * mean;
  if (divides) step /= fma(second, sqrt(square), epsilon);
  theta[theta_at + i] = shrink * t - step;
}
