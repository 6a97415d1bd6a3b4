// Element-wise functions: out = f(a, b, c). A function of fewer arguments ignores the others, whose
// loads the compiler then drops.
//
// FUNCTION  an expression in a, b, c and value
// ELEMENT   float, or int for bits that are only moved
//
// Positions and strides are counted in elements.

// No overflow for either sign; NaN stays NaN.
inline float sigmoid(float x) {
  float e = exp(-fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

inline float softplus(float x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

inline ELEMENT function(ELEMENT a, ELEMENT b, ELEMENT c, float value) { return FUNCTION; }

typedef struct { ELEMENT x, y, z, w; } __attribute__((aligned(16))) four;

inline four load(__global const ELEMENT *p, long at, int step, int i) {
  if (step != 0) return ((__global const four *)(p + at))[i];
  four same = {p[at], p[at], p[at], p[at]};
  return same;
}

// Neighbours (step 1) or one element for all (step 0); starts at multiples of four, and n too.
__kernel void flat4(__global ELEMENT *out, long out_at, __global const ELEMENT *a, long a_at,
                    int a_step, __global const ELEMENT *b, long b_at, int b_step,
                    __global const ELEMENT *c, long c_at, int c_step, float value, int n) {
  int i = get_global_id(0);
  if (4 * i >= n) return;
  four x = load(a, a_at, a_step, i);
  four y = load(b, b_at, b_step, i);
  four z = load(c, c_at, c_step, i);
  four result = {function(x.x, y.x, z.x, value), function(x.y, y.y, z.y, value),
                 function(x.z, y.z, z.z, value), function(x.w, y.w, z.w, value)};
  ((__global four *)(out + out_at))[i] = result;
}

// Four nested loops, the innermost last.
__kernel void nested(__global ELEMENT *out, long out_at, int4 out_strides,
                     __global const ELEMENT *a, long a_at, int4 a_strides,
                     __global const ELEMENT *b, long b_at, int4 b_strides,
                     __global const ELEMENT *c, long c_at, int4 c_strides, float value,
                     int4 extents) {
  int4 index = (int4)(0, 0, get_global_id(1), get_global_id(0));
  if (index.w >= extents.w) return;
  int outer = get_global_id(2);
  index.y = outer % extents.y;
  index.x = outer / extents.y;
#define POSITION(s) \
  ((long)index.x * s.x + (long)index.y * s.y + (long)index.z * s.z + (long)index.w * s.w)
  out[out_at + POSITION(out_strides)] =
      function(a[a_at + POSITION(a_strides)], b[b_at + POSITION(b_strides)],
               c[c_at + POSITION(c_strides)], value);
}

// Two nested loops of which the input's inner one is slow and the output's is fast, or the reverse:
// tiles of 32 by 32 turn in local memory.
__kernel __attribute__((reqd_work_group_size(32, 8, 1)))
void transpose(__global ELEMENT *out, long out_at, int out_stride, long out_batch,
               __global const ELEMENT *in, long in_at, int in_stride, long in_batch, int rows,
               int columns) {
  __local ELEMENT tile[32][33];
  int x = get_group_id(0) * 32, y = get_group_id(1) * 32;
  long batch = get_group_id(2);
  in += in_at + batch * in_batch;
  out += out_at + batch * out_batch;
  for (int i = get_local_id(1); i < 32; i += 8) {
    int row = y + get_local_id(0), column = x + i;
    if (row < rows && column < columns) tile[i][get_local_id(0)] = in[(long)column * in_stride + row];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = get_local_id(1); i < 32; i += 8) {
    int row = y + i, column = x + get_local_id(0);
    if (row < rows && column < columns)
      out[(long)row * out_stride + column] = tile[get_local_id(0)][i];
  }
}
