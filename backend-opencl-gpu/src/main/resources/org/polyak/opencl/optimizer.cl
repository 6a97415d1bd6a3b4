// One step of an optimiser in one pass over the parameter, its gradient and its state.
//
// VECTOR  4 where all tensors begin and end at multiples of four elements, else 1; n and every `at`
//         count in these

#include "packs.cl"

#define PARAMETER                                                                        \
  __global pack *theta, long theta_at, __global const pack *g, long g_at,                \
      __global const float *scale, long scale_at, int scaled

// The gradient, scaled and with weight decay.
#define GRADIENT(t) \
  (decay * t + (scaled ? g[g_at + i] * scale[scale_at] : g[g_at + i]))

// b = momentum b + kept g (b = g at the first step); theta -= rate (g + momentum b, or b).
__kernel void descend(PARAMETER, __global pack *b, long b_at, float decay, float momentum,
                      float kept, int nesterov, float rate, int n) {
  int i = get_global_id(0);
  if (i >= n) return;
  pack t = theta[theta_at + i], d = GRADIENT(t);
  if (momentum != 0) {
    pack velocity = kept < 0 ? d : momentum * b[b_at + i] + kept * d;
    b[b_at + i] = velocity;
    d = nesterov ? d + momentum * velocity : velocity;
  }
  theta[theta_at + i] = t - rate * d;
}

// m and v as in Adam; theta = shrink theta - first m / (second sqrt(v) + epsilon), or first m alone.
__kernel void moments(PARAMETER, __global pack *m, long m_at, __global pack *v, long v_at,
                      float decay, float beta1, float rest1, float beta2, float rest2,
                      float shrink, float first, float second, float epsilon, int divides, int n) {
  int i = get_global_id(0);
  if (i >= n) return;
  pack t = theta[theta_at + i], d = GRADIENT(t);
  pack mean = beta1 * m[m_at + i] + rest1 * d;
  pack square = beta2 * v[v_at + i] + rest2 * (d * d);
  m[m_at + i] = mean;
  v[v_at + i] = square;
  pack step = first * mean;
  if (divides) step /= second * sqrt(square) + epsilon;
  theta[theta_at + i] = shrink * t - step;
}
