// Running sums along one axis. A long axis is cut into slabs, each of which begins with the running
// total of the slabs before it.
//
// VECTOR  4 where four results, or four elements of a line, can move together, else 1
// SIZE    `lines`: work-items of a group that share a slab, at most 32; see lanes.cl
//
// A result has an index in four nested loops; `in` and `out` are stepped through from there.

#include "lanes.cl"
#include "loops.cl"
#include "packs.cl"

// `before` holds running totals of slabs by results.
#define ARGUMENTS                                                                                \
  __global float *out, long out_at, int4 out_strides, int out_step, __global const float *in,    \
      long in_at, int4 in_strides, int in_step, int4 extents, int results, int length, int slab, \
      __global const float *before

// A work-item for every slab of every pack of results.
__kernel void columns(ARGUMENTS) {
  int packs = results / VECTOR, number = (int)get_global_id(0) / packs;
  int result = (int)get_global_id(0) % packs * VECTOR;
  int first = number * slab, end = min(length, first + slab);
  if (first >= length) return;
  int4 index = unfold(result, extents);
  in += in_at + POSITION(in_strides);
  out += out_at + POSITION(out_strides);
  before += (long)(number - 1) * results + result;
  pack total = number == 0 ? (pack)(0) : *(__global const pack *)before;
  // Eight loads at a time: none waits for a store.
  for (int i = first; i < end; i += 8) {
    pack x[8];
#pragma unroll
    for (int r = 0; r < 8; r++)
      x[r] = *(__global const pack *)(in + (long)min(i + r, end - 1) * in_step);
#pragma unroll
    for (int r = 0; r < 8; r++) {
      total += x[r];
      if (i + r < end) *(__global pack *)(out + (long)(i + r) * out_step) = total;
    }
  }
}

#if VECTOR == 4
inline pack running(pack x) {
  x.y += x.x;
  x.z += x.y;
  x.w += x.z;
  return x;
}
#define LAST(x) (x).w
#define TURNED(x) (x).wzyx
#define PACK_OF(p) (pack)((p)[0], (p)[1], (p)[2], (p)[3])
#define ELEMENTS(v) \
  { (v).x, (v).y, (v).z, (v).w }
#else
#define running(x) (x)
#define LAST(x) (x)
#define TURNED(x) (x)
#define PACK_OF(p) (p)[0]
#define ELEMENTS(v) \
  { v }
#endif

// Packs that a lane has in registers.
#define AHEAD 2

// The same where both steps are 1, or both -1: the lanes of a slot walk along a slab together.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void lines(ARGUMENTS) {
  __local float room[GROUP];
  int slabs = (length + slab - 1) / slab;
  long walk = (long)get_group_id(0) * SLOTS + SLOT;
  int result = (int)min(walk / slabs, results - 1L), number = (int)(walk % slabs);
  int first = number * slab, count = walk / slabs < results ? min(slab, length - first) : 0;
  int4 index = unfold(result, extents);
  in += in_at + POSITION(in_strides) + (long)first * in_step;
  out += out_at + POSITION(out_strides) + (long)first * out_step;
  float total = number == 0 ? 0 : before[(long)(number - 1) * results + result];
  bool back = in_step < 0;
  // All lanes turn round equally often: they meet in every turn.
  for (int at = 0; at < slab; at += AHEAD * SIZE * VECTOR) {
    pack x[AHEAD];
#pragma unroll
    for (int a = 0; a < AHEAD; a++) {
      int i = at + (a * SIZE + LANE) * VECTOR;
      if (i + VECTOR <= count) {
        x[a] = *(__global const pack *)(in + (back ? 1 - VECTOR - i : i));
        if (back) x[a] = TURNED(x[a]);
      } else {
        float rest[VECTOR];
#pragma unroll
        for (int e = 0; e < VECTOR; e++) rest[e] = i + e < count ? in[(i + e) * in_step] : 0;
        x[a] = PACK_OF(rest);
      }
    }
#pragma unroll
    for (int a = 0; a < AHEAD; a++) {
      int i = at + (a * SIZE + LANE) * VECTOR;
      float all;
      x[a] = running(x[a]);
      x[a] += total + sum_of_earlier_lanes(room, LAST(x[a]), &all);
      total += all;
      if (i + VECTOR <= count) {
        *(__global pack *)(out + (back ? 1 - VECTOR - i : i)) = back ? TURNED(x[a]) : x[a];
      } else {
        float rest[VECTOR] = ELEMENTS(x[a]);
#pragma unroll
        for (int e = 0; e < VECTOR; e++)
          if (i + e < count) out[(i + e) * out_step] = rest[e];
      }
    }
  }
}
