// Element-wise functions: out = f(a, b, c). A function of fewer arguments ignores the others, whose
// loads the compiler then drops.
//
// FUNCTION  an expression in a, b, c and value
// ELEMENT   float, or int for bits that are only moved
//
// Positions and strides are counted in elements.

#include "loops.cl"

// No overflow for either sign; NaN stays NaN.
inline float sigmoid(float x) {
  float e = exp(-fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

inline float softplus(float x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

inline ELEMENT function(ELEMENT a, ELEMENT b, ELEMENT c, float value) { return FUNCTION; }

typedef struct {
  ELEMENT x, y, z, w;
} __attribute__((aligned(16))) four;

// Neighbours (step 1) or one element for all (step 0), from a position that is a multiple of four
// where the step is 1.
inline four load(__global const ELEMENT *p, int step) {
  if (step != 0) return *(__global const four *)p;
  four same = {*p, *p, *p, *p};
  return same;
}

#define FOUR(x, y, z)                                                             \
  {                                                                               \
    function(x.x, y.x, z.x, value), function(x.y, y.y, z.y, value),               \
        function(x.z, y.z, z.z, value), function(x.w, y.w, z.w, value)            \
  }

// One loop over n elements, each tensor with step 1 or 0; starts are multiples of four.
__kernel void flat(__global ELEMENT *out, long out_at, __global const ELEMENT *a, long a_at,
                   int a_step, __global const ELEMENT *b, long b_at, int b_step,
                   __global const ELEMENT *c, long c_at, int c_step, float value, int n) {
  int i = get_global_id(0) * 4;
  if (i >= n) return;
  out += out_at + i;
  a += a_at + (long)i * a_step;
  b += b_at + (long)i * b_step;
  c += c_at + (long)i * c_step;
  if (i + 4 <= n) {
    four x = load(a, a_step), y = load(b, b_step), z = load(c, c_step);
    four result = FOUR(x, y, z);
    *(__global four *)out = result;
  } else {
    for (int e = 0; e < n - i; e++)
      out[e] = function(a[e * a_step], b[e * b_step], c[e * c_step], value);
  }
}

// Where a work-item is in four nested loops, the innermost last, whose steps are `step`. A group has
// `across` work-items (a power of two) side by side in the innermost loop, and covers as many rows of
// it as there is room for; `blocks` groups cover a row.
#define ENTER(step)                                                             \
  int group = get_group_id(0), lane = (int)get_local_id(0) & (across - 1);      \
  int rows = (int)get_local_size(0) / across, block = group % blocks;           \
  int row = group / blocks * rows + (int)get_local_id(0) / across;              \
  int4 index = (int4)(0, 0, row, (block * across + lane) * step);               \
  if (index.w >= extents.w) return;                                             \
  if (extents.x > 1 || extents.y > 1) {                                         \
    index.z = row % extents.z;                                                  \
    row /= extents.z;                                                           \
    index.y = row % extents.y;                                                  \
    index.x = row / extents.y;                                                  \
    if (index.x >= extents.x) return;                                           \
  }                                                                             \
  if (index.z >= extents.z) return

#define NESTED                                                                             \
  __global ELEMENT *out, long out_at, int4 out_strides, __global const ELEMENT *a,         \
      long a_at, int4 a_strides, __global const ELEMENT *b, long b_at, int4 b_strides,     \
      __global const ELEMENT *c, long c_at, int4 c_strides, float value, int4 extents,     \
      int across, int blocks

// Four nested loops with any strides.
__kernel void nested(NESTED) {
  ENTER(1);
  out[out_at + POSITION(out_strides)] =
      function(a[a_at + POSITION(a_strides)], b[b_at + POSITION(b_strides)],
               c[c_at + POSITION(c_strides)], value);
}

// The same with steps 1 or 0 in the innermost loop, and rows that begin and end at multiples of four
// where the step is 1.
__kernel void nested4(NESTED) {
  ENTER(4);
  four x = load(a + a_at + POSITION(a_strides), a_strides.w);
  four y = load(b + b_at + POSITION(b_strides), b_strides.w);
  four z = load(c + c_at + POSITION(c_strides), c_strides.w);
  four result = FOUR(x, y, z);
  *(__global four *)(out + out_at + POSITION(out_strides)) = result;
}
