// Sums and maxima along one axis. A long axis is cut into slabs whose results are
// combined by a second launch, so that many work-items take part and the order never changes.
//
// SUM      1 for sums, 0 for maxima
// COLUMNS  `columns`: work-items of a group side by side, each at a result; `strips`: results of a
//          work-item
// STACK    `columns`: work-items of a group that share a result, a power of two
// SIZE     `lines`: work-items of a group that share a result; see lanes.cl
// VECTOR   4 where lines and slabs begin, or rows of results begin and end, at multiples of four
//          elements, else 1
//
// A result has an index in four nested loops; `in` is stepped through from there.

#include "lanes.cl"
#include "loops.cl"
#include "packs.cl"

#if SUM
#define START 0.0f
#define JOIN plus
#define across_lanes sum_of_lanes
#else
#define START -INFINITY
#define JOIN larger
#define across_lanes largest_of_lanes
#endif

// With several slabs, `out` is a matrix of slabs by results.
#define ARGUMENTS                                                                               \
  __global float *out, long out_at, int4 out_strides, __global const float *in, long in_at,     \
      int4 in_strides, int4 extents, int results, int length, int in_step, int slab, int slabs

#define STORE(number, x)                                                 \
  out[slabs > 1 ? (long)(number) * results + result : out_at + POSITION(out_strides)] = x

#if VECTOR == 4
inline pack joined(pack a, pack b) {
#if SUM
  return a + b;
#else
  return (pack)(larger(a.x, b.x), larger(a.y, b.y), larger(a.z, b.z), larger(a.w, b.w));
#endif
}

inline float joined_of(pack x) { return JOIN(JOIN(x.x, x.y), JOIN(x.z, x.w)); }
#else
#define joined JOIN
#define joined_of(x) (x)
#endif

// Neighbours in a group take neighbouring results, a pack of them each.
__kernel __attribute__((reqd_work_group_size(COLUMNS * STACK, 1, 1)))
void columns(ARGUMENTS) {
  __local pack room[COLUMNS * STACK];
  int x = get_local_id(0) % COLUMNS, y = get_local_id(0) / COLUMNS;
  int across = COLUMNS * VECTOR, blocks = (results + across - 1) / across;
  int group = get_group_id(0), number = group / blocks;
  int result = group % blocks * across + x * VECTOR;
  int4 index = unfold(min(result, results - VECTOR), extents);
  in += in_at + POSITION(in_strides);
  int end = min(length, (number + 1) * slab), i = number * slab + y;
  pack totals = START;
  // Eight loads at a time: none waits for another.
  for (; i + 7 * STACK < end; i += 8 * STACK) {
    pack loaded[8];
#pragma unroll
    for (int r = 0; r < 8; r++)
      loaded[r] = *(__global const pack *)(in + (long)(i + r * STACK) * in_step);
#pragma unroll
    for (int r = 0; r < 8; r++) totals = joined(totals, loaded[r]);
  }
  for (; i < end; i += STACK)
    totals = joined(totals, *(__global const pack *)(in + (long)i * in_step));
#if STACK > 1
  room[get_local_id(0)] = totals;
  for (int reach = STACK / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (y < reach)
      room[get_local_id(0)] =
          joined(room[get_local_id(0)], room[get_local_id(0) + reach * COLUMNS]);
  }
  totals = room[get_local_id(0)];
#endif
  if (y != 0 || result >= results) return;
#if VECTOR == 4
  float each[VECTOR] = {totals.x, totals.y, totals.z, totals.w};
#else
  float each[VECTOR] = {totals};
#endif
  for (int c = 0; c < VECTOR; c++, result++, index.w++) STORE(number, each[c]);
}

// Neighbours in a group take neighbouring elements of one line, whose step is 1.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void lines(ARGUMENTS) {
  __local float room[GROUP];
  long flat = (long)get_group_id(0) * SLOTS + SLOT;
  int result = (int)min(flat / slabs, results - 1L), number = (int)(flat % slabs);
  int4 index = unfold(result, extents);
  in += in_at + POSITION(in_strides) + (long)number * slab;
  int count = min(slab, length - number * slab);
  pack totals = START;
#pragma unroll 4
  for (int i = LANE; i < count / VECTOR; i += SIZE)
    totals = joined(totals, ((__global const pack *)in)[i]);
  float total = joined_of(totals);
#if VECTOR > 1
  int rest = count / VECTOR * VECTOR + LANE;
  for (int i = rest; i < count; i += SIZE) total = JOIN(total, in[i]);
#endif
  total = across_lanes(room, total);
  if (LANE == 0 && flat / slabs < results) STORE(number, total);
}

// For devices where a work-item does best alone: each takes COLUMNS results at once that lie next to
// each other in the innermost loop, where the step of `in` is 1.
__kernel void strips(ARGUMENTS) {
  int across = (extents.w + COLUMNS - 1) / COLUMNS, tasks = results / extents.w * across;
  int task = (int)get_global_id(0) % tasks, number = (int)get_global_id(0) / tasks;
  int first = task % across * COLUMNS, count = min(COLUMNS, extents.w - first);
  int result = task / across * extents.w + first;
  int4 index = unfold(result, extents);
  in += in_at + POSITION(in_strides);
  int end = min(length, (number + 1) * slab);
  float totals[COLUMNS];
  for (int c = 0; c < COLUMNS; c++) totals[c] = START;
  for (int i = number * slab; i < end; i++) {
    __global const float *row = in + (long)i * in_step;
    if (count == COLUMNS)
      for (int c = 0; c < COLUMNS; c++) totals[c] = JOIN(totals[c], row[c]);
    else
      for (int c = 0; c < count; c++) totals[c] = JOIN(totals[c], row[c]);
  }
  for (int c = 0; c < count; c++, result++, index.w++) STORE(number, totals[c]);
}
