// Negative log-likelihood of one value y under a discretised mixture of K logistics, a work-item for
// each row of parameters (K logits, K means, K log-scales):
//
//   loss = log sum_k e^{a_k} - log sum_k e^{a_k} P_k,  with s the log-scale, at least -7, r = e^{-s},
//   m = r (y - mean), h = r / 255:  P = sigma(m + h) - sigma(m - h)    inside,
//                                   P = sigma(m + h)                   for y < -0.999,
//                                   P = 1 - sigma(m - h)               for y > 0.999,
//                                   P = r e^m (1 + e^m)^-2 / 127.5     where P would be <= 1e-5.
//
// The difference is taken as (1 - e^{-2h}) sigma(m + h) sigma(h - m): no digits cancel. With
// sigma' = sigma (1 - sigma) follows (sigma'(u) - sigma'(l)) / P = sigma(-u) - sigma(l).

#define LEAST_LOG_SCALE -7.0f
#define LEAST_DIFFERENCE 1e-5f
#define EDGE 0.999f
#define HALF_BIN (1.0f / 255)
#define LOG_HALF_RANGE 4.8481164f

typedef struct {
  float log_probability, by_mean, by_log_scale;
} component;

inline float sigmoid(float x) {
  float e = exp(-fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

inline float softplus(float x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

// log P and its derivatives by mean and log-scale.
inline component component_of(float y, float mean, float raw_log_scale) {
  component result;
  float log_scale = raw_log_scale < LEAST_LOG_SCALE ? LEAST_LOG_SCALE : raw_log_scale;
  float rate = exp(-log_scale), middle = rate * (y - mean), reach = rate * HALF_BIN;
  float upper = middle + reach, lower = middle - reach;
  // Derivative of log P by m, and that by log-scale beyond what m brings.
  float slope, direct;
  if (y < -EDGE) {
    result.log_probability = -softplus(-upper);
    slope = sigmoid(-upper);
    direct = -reach * slope;
  } else if (y > EDGE) {
    result.log_probability = -softplus(lower);
    slope = -sigmoid(lower);
    direct = reach * slope;
  } else {
    float width = -expm1(-2 * reach);
    float at_upper = sigmoid(upper), past_lower = sigmoid(-lower);
    float difference = width * at_upper * past_lower;
    if (difference > LEAST_DIFFERENCE) {
      result.log_probability = log(difference);
      float past_upper = sigmoid(-upper), at_lower = sigmoid(lower);
      slope = past_upper - at_lower;
      direct = -reach * (at_upper * past_upper + at_lower * past_lower) / difference;
    } else {
      float e = exp(-fabs(middle));
      result.log_probability = -fabs(middle) - 2 * log1p(e) - log_scale - LOG_HALF_RANGE;
      slope = (middle > 0 ? -1 : 1) * (1 - e) / (1 + e);
      direct = -1;
    }
  }
  result.by_mean = -rate * slope;
  result.by_log_scale = raw_log_scale < LEAST_LOG_SCALE ? 0 : direct - middle * slope;
  return result;
}

// A sum of exponentials that is kept as a multiple of the largest.
typedef struct {
  float largest, sum;
} exponentials;

inline exponentials with(exponentials e, float x) {
  if (x > e.largest) {
    e.sum = e.sum * exp(e.largest - x) + 1;
    e.largest = x;
  } else {
    e.sum += exp(x - e.largest);
  }
  return e;
}

inline float log_of(exponentials e) { return e.largest + log(e.sum); }

typedef struct {
  float prior, joint;
} log_sums;

// log sum e^a and log sum e^a P of a row.
inline log_sums sums_of(__global const float *p, int mixtures, float y) {
  exponentials prior = {-FLT_MAX, 0}, joint = prior;
  for (int i = 0; i < mixtures; i++) {
    component c = component_of(y, p[mixtures + i], p[2 * mixtures + i]);
    prior = with(prior, p[i]);
    joint = with(joint, p[i] + c.log_probability);
  }
  log_sums result = {log_of(prior), log_of(joint)};
  return result;
}

__kernel void forward(__global float *losses, long losses_at, __global const float *parameters,
                      long parameters_at, __global const float *targets, long targets_at, int rows,
                      int mixtures) {
  int row = get_global_id(0);
  if (row >= rows) return;
  __global const float *p = parameters + parameters_at + (long)row * 3 * mixtures;
  log_sums sums = sums_of(p, mixtures, targets[targets_at + row]);
  losses[losses_at + row] = sums.prior - sums.joint;
}

__kernel void backward(__global float *gradients, long gradients_at,
                       __global const float *parameters, long parameters_at,
                       __global const float *targets, long targets_at,
                       __global const float *dlosses, long dlosses_at, int rows, int mixtures) {
  int row = get_global_id(0);
  if (row >= rows) return;
  __global const float *p = parameters + parameters_at + (long)row * 3 * mixtures;
  __global float *d = gradients + gradients_at + (long)row * 3 * mixtures;
  float y = targets[targets_at + row], dloss = dlosses[dlosses_at + row];
  log_sums sums = sums_of(p, mixtures, y);
  for (int i = 0; i < mixtures; i++) {
    component c = component_of(y, p[mixtures + i], p[2 * mixtures + i]);
    float posterior = exp(p[i] + c.log_probability - sums.joint);
    d[i] = dloss * (exp(p[i] - sums.prior) - posterior);
    d[mixtures + i] = -dloss * posterior * c.by_mean;
    d[2 * mixtures + i] = -dloss * posterior * c.by_log_scale;
  }
}
