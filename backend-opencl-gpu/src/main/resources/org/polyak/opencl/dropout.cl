// Dropout: element i is kept, and scaled, when the hash of seed and i, as a number in [0, 1), is at
// least the rate.
//
// VECTOR  4 where both tensors begin at multiples of four elements, else 1; `at` counts in these

#include "packs.cl"

inline uint mix(uint h) {
  h ^= h >> 16;
  h *= 0x7FEB352Du;
  h ^= h >> 15;
  h *= 0x846CA68Bu;
  return h ^ (h >> 16);
}

inline float kept(float x, uint i, uint seed, float rate, float scale) {
  float uniform = (mix(seed + i * 0x9E3779B9u) >> 8) * 0x1p-24f;
  return uniform >= rate ? x * scale : 0;
}

// The hash of the seed is the same for all: `seed` is already mixed. n counts elements.
__kernel void dropout(__global pack *out, long out_at, __global const pack *in, long in_at,
                      float rate, float scale, uint seed, uint n) {
  uint i = get_global_id(0) * VECTOR;
  if (i >= n) return;
#if VECTOR == 4
  if (i + 4 <= n) {
    pack x = in[in_at + i / 4];
    out[out_at + i / 4] =
        (pack)(kept(x.x, i, seed, rate, scale), kept(x.y, i + 1, seed, rate, scale),
               kept(x.z, i + 2, seed, rate, scale), kept(x.w, i + 3, seed, rate, scale));
    return;
  }
#endif
  for (uint end = min(i + VECTOR, n); i < end; i++)
    ((__global float *)out)[VECTOR * out_at + i] =
        kept(((__global const float *)in)[VECTOR * in_at + i], i, seed, rate, scale);
}
