// Squared norms of many tensors, in two stages: here a sum for every slab of every tensor.
//
// SIZE      work-items that share a slab; 1 where a work-item does best alone
// SLABS     slabs of a tensor
//
// A launch takes eight tensors; n is 0 for those that are missing.

#include "lanes.cl"

#define TENSOR(i) __global const float *x##i, long x_at##i, int n##i
#define CHOOSE(i)      \
  case i:              \
    x = x##i + x_at##i; \
    n = n##i;          \
    break;

// sums [tensors, SLABS], of which `first` is the first tensor of this launch.
__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void slab_sums(__global float *sums, int first, TENSOR(0), TENSOR(1), TENSOR(2), TENSOR(3),
               TENSOR(4), TENSOR(5), TENSOR(6), TENSOR(7)) {
  __local float lanes[SIZE];
  __global const float *x = x0;
  int n = 0, tensor = get_group_id(1), slab = get_group_id(0);
  switch (tensor) {
    CHOOSE(0) CHOOSE(1) CHOOSE(2) CHOOSE(3) CHOOSE(4) CHOOSE(5) CHOOSE(6) CHOOSE(7)
  }
  int length = (n + SLABS - 1) / SLABS, begin = slab * length, end = min(n, begin + length);
  float sum = 0;
  for (int i = begin + get_local_id(0); i < end; i += SIZE) sum = fma(x[i], x[i], sum);
  sum = sum_of_lanes(lanes, sum);
  if (get_local_id(0) == 0) sums[(first + tensor) * SLABS + slab] = sum;
}
