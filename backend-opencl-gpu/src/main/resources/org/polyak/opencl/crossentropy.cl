// Softmax cross-entropy of rows with label smoothing: loss = logsumexp(x) - (1 - s) x[t] - s mean(x).
// A negative target has loss and gradient 0; one beyond the row sets `fault` to 1 + its row number.
//
// SIZE      work-items that share a row; 1 where a work-item does best alone

inline float reduce_lanes(__local float *lanes, float x, int largest) {
  int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  lanes[lane] = x;
  for (int reach = SIZE / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < reach) {
      float a = lanes[lane], b = lanes[lane + reach];
      lanes[lane] = largest ? (a > b || a != a ? a : b) : a + b;
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return lanes[0];
}

inline float largest_of(__local float *lanes, __global const float *x, int width) {
  float largest = -INFINITY;
  for (int i = get_local_id(0); i < width; i += SIZE)
    largest = x[i] > largest || x[i] != x[i] ? x[i] : largest;
  return reduce_lanes(lanes, largest, 1);
}

__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void forward(__global float *losses, long losses_at, __global const float *logits, long logits_at,
             __global const int *targets, long targets_at, float smoothing, int width,
             __global int *fault) {
  __local float lanes[SIZE];
  long row = get_group_id(0);
  int target = targets[targets_at + row];
  __global const float *x = logits + logits_at + row * width;
  float largest = largest_of(lanes, x, width);
  float sum = 0, shifted = 0;
  for (int i = get_local_id(0); i < width; i += SIZE) {
    sum += exp(x[i] - largest);
    shifted += x[i] - largest;
  }
  sum = reduce_lanes(lanes, sum, 0);
  shifted = reduce_lanes(lanes, shifted, 0);
  if (get_local_id(0) != 0) return;
  if (target >= width) {
    fault[0] = row + 1;
    target = -1;
  }
  losses[losses_at + row] =
      target < 0 ? 0
                 : log(sum) - (1 - smoothing) * (x[target] - largest) - smoothing * (shifted / width);
}

__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void backward(__global float *dlogits, long dlogits_at, __global const float *logits,
              long logits_at, __global const int *targets, long targets_at,
              __global const float *dlosses, long dlosses_at, float smoothing, int width) {
  __local float lanes[SIZE];
  long row = get_group_id(0);
  int target = targets[targets_at + row];
  __global const float *x = logits + logits_at + row * width;
  __global float *d = dlogits + dlogits_at + row * width;
  if (target < 0 || target >= width) {
    for (int i = get_local_id(0); i < width; i += SIZE) d[i] = 0;
    return;
  }
  float largest = largest_of(lanes, x, width);
  float sum = 0;
  for (int i = get_local_id(0); i < width; i += SIZE) sum += exp(x[i] - largest);
  sum = reduce_lanes(lanes, sum, 0);
  float scale = dlosses[dlosses_at + row];
  for (int i = get_local_id(0); i < width; i += SIZE) {
    float wanted = smoothing / width + (i == target ? 1 - smoothing : 0);
    d[i] = scale * (exp(x[i] - largest) / sum - wanted);
  }
}
