// One step of an optimiser in one pass over parameters, their gradients and their states. A launch
// takes BATCH parameters, one for each group along axis 1; n is 0 for those that are missing.
//
// VECTOR  4 where all tensors begin and end at multiples of four elements, else 1; n and every `at`
//         count in these
//
// theta  parameter           g  gradient, to be multiplied by `scale` where `scaled`
// m, v   state of the rule; gradient descent keeps its velocity b in m

#include "batch.cl"
#include "packs.cl"

#define PARAMETER(i)                                                                        \
  , __global pack *theta##i, long theta_at##i, __global const pack *g##i, long g_at##i,     \
      __global const float *scale##i, long scale_at##i, int scaled##i, __global pack *m##i, \
      long m_at##i, __global pack *v##i, long v_at##i, int n##i

#define CASE(i)                                     \
  case 0##i:                                        \
    theta = theta##i + theta_at##i;                 \
    g = g##i + g_at##i;                             \
    m = m##i + m_at##i;                             \
    v = v##i + v_at##i;                             \
    factor = scaled##i ? scale##i[scale_at##i] : 1; \
    n = n##i;                                       \
    break;

#define CHOSEN                                        \
  __global pack *theta = theta00, *m = m00, *v = v00; \
  __global const pack *g = g00;                       \
  float factor = 1;                                   \
  int n = 0;                                          \
  switch (get_global_id(1)) { LIST(CASE) }

// b = momentum b + kept g (b = g at the first step); theta -= rate (g + momentum b, or b).
__kernel void descend(float decay, float momentum, float kept, int nesterov,
                      float rate LIST(PARAMETER)) {
  CHOSEN
  for (int i = get_global_id(0); i < n; i += get_global_size(0)) {
    pack t = theta[i], d = decay * t + g[i] * factor;
    if (momentum != 0) {
      pack velocity = kept < 0 ? d : momentum * m[i] + kept * d;
      m[i] = velocity;
      d = nesterov ? d + momentum * velocity : velocity;
    }
    theta[i] = t - rate * d;
  }
}

// m and v as in Adam; theta = shrink theta - first m / (second sqrt(v) + epsilon), or first m alone.
__kernel void moments(float decay, float beta1, float rest1, float beta2, float rest2,
                      float shrink, float first, float second, float epsilon,
                      int divides LIST(PARAMETER)) {
  CHOSEN
  for (int i = get_global_id(0); i < n; i += get_global_size(0)) {
    pack t = theta[i], d = decay * t + g[i] * factor;
    pack mean = beta1 * m[i] + rest1 * d;
    pack square = beta2 * v[i] + rest2 * (d * d);
    m[i] = mean;
    v[i] = square;
    pack step = first * mean;
    if (divides) step /= second * sqrt(square) + epsilon;
    theta[i] = shrink * t - step;
  }
}
