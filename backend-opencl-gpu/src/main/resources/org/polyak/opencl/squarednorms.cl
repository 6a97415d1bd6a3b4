// Squared norms of many tensors, in two stages: here a sum for every slab of every tensor. A launch
// takes BATCH tensors, one for each group along axis 1; n is 0 for those that are missing.
//
// SIZE    work-items that share a slab; 1 where a work-item does best alone
// SLABS   slabs of a tensor
// VECTOR  4 where all tensors begin at multiples of four elements, else 1; every `at` counts in these

#include "batch.cl"
#include "lanes.cl"
#include "packs.cl"

#define TENSOR(i) , __global const pack *x##i, long x_at##i, int n##i

#define CASE(i)         \
  case 0##i:            \
    x = x##i + x_at##i; \
    n = n##i;           \
    break;

// sums [tensors, SLABS], of which `first` is the first tensor of this launch.
__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void slab_sums(__global float *sums, int first LIST(TENSOR)) {
  __local float lanes[SIZE];
  __global const pack *x = x00;
  int n = 0, tensor = get_group_id(1), slab = get_group_id(0), lane = get_local_id(0);
  switch (tensor) { LIST(CASE) }
  int packs = n / VECTOR, length = (packs + SLABS - 1) / SLABS;
  int begin = slab * length, end = min(packs, begin + length);
  pack squares = 0;
  for (int i = begin + lane; i < end; i += SIZE) squares = fma(x[i], x[i], squares);
  float sum = total_of(squares);
#if VECTOR > 1
  if (slab == SLABS - 1)
    for (int i = packs * VECTOR + lane; i < n; i += SIZE) {
      float last = ((__global const float *)x)[i];
      sum = fma(last, last, sum);
    }
#endif
  sum = sum_of_lanes(lanes, sum);
  if (lane == 0) sums[(first + tensor) * SLABS + slab] = sum;
}
