// Softmax cross-entropy of rows with label smoothing: loss = logsumexp(x) - (1 - s) x[t] - s mean(x).
// A negative target has loss and gradient 0; one beyond the row sets `fault` to 1 + its row number.
// A row stays in registers between its passes.
//
// WIDTH   elements of a row
// STAGED  1 for narrow rows, each with one lane: the group moves its rows together, through local
//         memory
//
// Rows are contiguous; `at` says where a tensor begins, in packs for logits, else in elements.

#include "rowpacks.cl"

#if STAGED
// An odd distance, so that the lanes' rows lie in different banks.
#define PITCH (WIDTH | 1)
#define STAGE(e) stage[(e) / WIDTH * PITCH + (e) % WIDTH]
#endif

// This lane's share x of its row; past the end of the matrix that of the last row.
#if STAGED
#define LOAD_ROW                                                                      \
  __local float stage[GROUP * PITCH];                                                 \
  long start = (long)get_group_id(0) * GROUP * WIDTH;                                 \
  int elements = (int)min((long)GROUP * WIDTH, (long)rows * WIDTH - start);           \
  for (int c = 0, e = get_local_id(0); c < WIDTH; c++, e += GROUP)                    \
    if (e < elements) STAGE(e) = logits[logits_at + start + e];                       \
  barrier(CLK_LOCAL_MEM_FENCE);                                                       \
  FOR_PACKS x[c] = stage[(int)(present - (long)get_group_id(0) * GROUP) * PITCH + i];
#else
#define LOAD_ROW \
  FOR_PACKS x[c] = i < PACKS ? logits[logits_at + present * PACKS + i] : (pack)(-INFINITY);
#endif

#if STAGED
#define AT_TARGET stage[(int)(present - (long)get_group_id(0) * GROUP) * PITCH + target]
#else
#define AT_TARGET ((__global const float *)(logits + logits_at + present * PACKS))[target]
#endif

// exp(x) for x of at most 0, where an error of |x| units in the last place does not matter: among
// summands up to 1.
inline pack exponential(pack x) { return exp2(1.44269504f * x); }

#define ENTER                                                 \
  __local float room[GROUP];                                  \
  long row = (long)get_group_id(0) * SLOTS + SLOT;            \
  long present = min(row, (long)rows - 1);                    \
  int target = targets[targets_at + present];                 \
  pack x[EACH];                                               \
  LOAD_ROW                                                    \
  float largest = -INFINITY;                                  \
  FOR_PACKS largest = fmax(largest, largest_of(x[c]))

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void forward(__global float *losses, long losses_at, __global const pack *logits, long logits_at,
             __global const int *targets, long targets_at, float smoothing, int rows,
             __global int *fault) {
  ENTER;
  bool inside = target >= 0 && target < WIDTH;
  float wanted = inside ? AT_TARGET : 0;
  largest = largest_of_lanes(room, largest);
  float sum = 0, shifted = 0;
  FOR_PACKS sum += total_of(exponential(x[c] - largest));
  sum = sum_of_lanes(room, sum);
  if (smoothing != 0) {
    FOR_PACKS shifted += i < PACKS ? total_of(x[c] - largest) : 0;
    shifted = sum_of_lanes(room, shifted);
  }
  if (LANE != 0 || row >= rows) return;
  if (target >= WIDTH) fault[0] = row + 1;
  float loss = 0;
  if (inside) {
    loss = log(sum) - (1 - smoothing) * (wanted - largest);
    if (smoothing != 0) loss -= smoothing * (shifted / WIDTH);
  }
  losses[losses_at + row] = loss;
}

#if VECTOR == 4
#define NUMBERS(i) (4 * (i) + (int4)(0, 1, 2, 3))
#define CHOOSE(condition, a, b) select((pack)(b), (pack)(a), condition)
#else
#define NUMBERS(i) (i)
#define CHOOSE(condition, a, b) ((condition) ? (a) : (b))
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void backward(__global pack *dlogits, long dlogits_at, __global const pack *logits,
              long logits_at, __global const int *targets, long targets_at,
              __global const float *dlosses, long dlosses_at, float smoothing, int rows) {
  ENTER;
  largest = largest_of_lanes(room, largest);
  float sum = 0;
  FOR_PACKS {
    x[c] = exponential(x[c] - largest);
    sum += total_of(x[c]);
  }
  sum = sum_of_lanes(room, sum);
  bool counts = target >= 0 && target < WIDTH;
  float scale = dlosses[dlosses_at + present];
  FOR_PACKS {
    pack wanted = CHOOSE(NUMBERS(i) == target, 1 - smoothing, 0.0f) + smoothing / WIDTH;
    x[c] = counts ? scale * (x[c] / sum - wanted) : (pack)(0);
  }
#if STAGED
  if (row < rows) FOR_PACKS stage[SLOT * PITCH + i] = x[c];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int c = 0, e = get_local_id(0); c < WIDTH; c++, e += GROUP)
    if (e < elements) dlogits[dlogits_at + start + e] = STAGE(e);
#else
  if (row < rows) FOR_PACKS if (i < PACKS) dlogits[dlogits_at + row * PACKS + i] = x[c];
#endif
}
