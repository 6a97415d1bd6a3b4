// Sums, maxima and running sums along one axis.
//
// SUM       1 for sums, 0 for maxima
//
// `columns`: a work-item for each result; `lines`: a work-group of SIZE for each, and a tree.

#if SUM
#define START 0.0f
inline float join(float a, float b) { return a + b; }
#else
#define START -INFINITY
// NaN if either is.
inline float join(float a, float b) { return a > b || a != a ? a : b; }
#endif

#define POSITION(s) \
  ((long)index.x * s.x + (long)index.y * s.y + (long)index.z * s.z + (long)index.w * s.w)

inline int4 unfold(int flat, int4 extents) {
  int4 index;
  index.w = flat % extents.w;
  flat /= extents.w;
  index.z = flat % extents.z;
  flat /= extents.z;
  index.y = flat % extents.y;
  index.x = flat / extents.y;
  return index;
}

__kernel void columns(__global float *out, long out_at, int4 out_strides, __global const float *in,
                      long in_at, int4 in_strides, int4 extents, int results, int length,
                      int in_step) {
  int flat = get_global_id(0);
  if (flat >= results) return;
  int4 index = unfold(flat, extents);
  in += in_at + POSITION(in_strides);
  float total = START;
  for (int i = 0; i < length; i++) total = join(total, in[(long)i * in_step]);
  out[out_at + POSITION(out_strides)] = total;
}

#ifdef SIZE
__kernel __attribute__((reqd_work_group_size(SIZE, 1, 1)))
void lines(__global float *out, long out_at, int4 out_strides, __global const float *in, long in_at,
           int4 in_strides, int4 extents, int length, int in_step) {
  __local float totals[SIZE];
  int4 index = unfold(get_group_id(0), extents);
  int lane = get_local_id(0);
  in += in_at + POSITION(in_strides);
  float total = START;
  for (int i = lane; i < length; i += SIZE) total = join(total, in[(long)i * in_step]);
  totals[lane] = total;
  for (int reach = SIZE / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < reach) totals[lane] = join(totals[lane], totals[lane + reach]);
  }
  if (lane == 0) out[out_at + POSITION(out_strides)] = totals[0];
}
#endif

__kernel void running_sum(__global float *out, long out_at, int4 out_strides, int out_step,
                          __global const float *in, long in_at, int4 in_strides, int in_step,
                          int4 extents, int results, int length, int reversed) {
  int flat = get_global_id(0);
  if (flat >= results) return;
  int4 index = unfold(flat, extents);
  in += in_at + POSITION(in_strides);
  out += out_at + POSITION(out_strides);
  float total = 0;
  for (int i = 0; i < length; i++) {
    int at = reversed ? length - 1 - i : i;
    total += in[(long)at * in_step];
    out[(long)at * out_step] = total;
  }
}
