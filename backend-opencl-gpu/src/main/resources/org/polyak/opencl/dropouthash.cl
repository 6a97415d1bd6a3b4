// What dropout leaves of element i: x, scaled, when the hash of seed and i, as a number in [0, 1), is
// at least the rate; else 0. The hash of the seed is the same for all: `seed` is already mixed.

#define KEPT(name, reals, naturals, convert)                                                \
  inline reals name(reals x, naturals i, uint seed, float rate, float scale) {              \
    naturals h = seed + i * 0x9E3779B9u;                                                    \
    h ^= h >> 16;                                                                           \
    h *= 0x7FEB352Du;                                                                       \
    h ^= h >> 15;                                                                           \
    h *= 0x846CA68Bu;                                                                       \
    h ^= h >> 16;                                                                           \
    return select((reals)(0), x * scale, convert(h >> 8) * 0x1p-24f >= rate);               \
  }

KEPT(kept, float, uint, convert_float)
KEPT(kept4, float4, uint4, convert_float4)
KEPT(kept16, float16, uint16, convert_float16)
