// Dropout of any number of elements.
//
// VECTOR  4 where both tensors begin at multiples of four elements, else 1; `at` counts in these

#include "packs.cl"
#include "dropouthash.cl"

// n counts elements.
__kernel void dropout(__global pack *out, long out_at, __global const pack *in, long in_at,
                      float rate, float scale, uint seed, uint n) {
  uint i = get_global_id(0) * VECTOR;
  if (i >= n) return;
#if VECTOR == 4
  if (i + 4 <= n) {
    out[out_at + i / 4] = kept4(in[in_at + i / 4], i + (uint4)(0, 1, 2, 3), seed, rate, scale);
    return;
  }
#endif
  for (uint end = min(i + VECTOR, n); i < end; i++)
    ((__global float *)out)[VECTOR * out_at + i] =
        kept(((__global const float *)in)[VECTOR * in_at + i], i, seed, rate, scale);
}
