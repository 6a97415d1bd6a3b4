// Rows shared by neighbouring work-items: a group of GROUP has GROUP / SIZE slots of SIZE lanes, and
// each slot works on a row of its own. All lanes of a slot get the result, combined in one order.
// Every work-item of the group must take part.
//
// SIZE      lanes of a slot, a power of two; with 1 there is nothing to combine and no barrier
// GROUP     work-items of a group
// SHUFFLES  1 where NVIDIA's assembler may exchange values within 32 lanes

#define SLOTS (GROUP / SIZE)
#define LANE ((int)get_local_id(0) % SIZE)
#define SLOT ((int)get_local_id(0) / SIZE)

#if SIZE == 1
#define ACROSS_LANES(name, JOIN) \
  inline float name(__local float *room, float x) { return x; }

#elif SHUFFLES
inline float across(float x, int reach) {
  float y;
  asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, -1;" : "=f"(y) : "f"(x), "r"(reach));
  return y;
}

#define ACROSS_LANES(name, JOIN)                                                \
  inline float name(__local float *room, float x) {                             \
    for (int reach = min(SIZE, 32) / 2; reach > 0; reach /= 2)                  \
      x = JOIN(x, across(x, reach));                                            \
    if (SIZE > 32) {                                                            \
      barrier(CLK_LOCAL_MEM_FENCE);                                             \
      if (LANE % 32 == 0) room[get_local_id(0) / 32] = x;                       \
      barrier(CLK_LOCAL_MEM_FENCE);                                             \
      __local const float *warps = room + SLOT * (SIZE / 32);                   \
      x = warps[0];                                                             \
      for (int warp = 1; warp < SIZE / 32; warp++) x = JOIN(x, warps[warp]);    \
    }                                                                           \
    return x;                                                                   \
  }

#else
#define ACROSS_LANES(name, JOIN)                                                \
  inline float name(__local float *room, float x) {                             \
    __local float *slot = room + SLOT * SIZE;                                   \
    barrier(CLK_LOCAL_MEM_FENCE);                                               \
    slot[LANE] = x;                                                             \
    for (int reach = SIZE / 2; reach > 0; reach /= 2) {                         \
      barrier(CLK_LOCAL_MEM_FENCE);                                             \
      if (LANE < reach) slot[LANE] = JOIN(slot[LANE], slot[LANE + reach]);      \
    }                                                                           \
    barrier(CLK_LOCAL_MEM_FENCE);                                               \
    return slot[0];                                                             \
  }
#endif

inline float plus(float a, float b) { return a + b; }

// NaN if either is.
inline float larger(float a, float b) { return a > b || a != a ? a : b; }

ACROSS_LANES(sum_of_lanes, plus)
ACROSS_LANES(largest_of_lanes, larger)

// The sum over the lanes before this one; `all` receives that over all of them. For SIZE up to 32.
#if SIZE == 1
inline float sum_of_earlier_lanes(__local float *room, float x, float *all) {
  *all = x;
  return 0;
}

#elif SHUFFLES
// As the instruction wants it: where a slot ends among 32 lanes.
#define SEGMENT ((32 - SIZE) << 8)

inline float sum_of_earlier_lanes(__local float *room, float x, float *all) {
  float y;
#pragma unroll
  for (int reach = 1; reach < SIZE; reach *= 2) {
    asm volatile("shfl.sync.up.b32 %0, %1, %2, %3, -1;"
                 : "=f"(y)
                 : "f"(x), "r"(reach), "r"(SEGMENT));
    if (LANE >= reach) x += y;
  }
  asm volatile("shfl.sync.idx.b32 %0, %1, %2, %3, -1;"
               : "=f"(*all)
               : "f"(x), "r"(SIZE - 1), "r"(SEGMENT | 31));
  asm volatile("shfl.sync.up.b32 %0, %1, 1, %2, -1;" : "=f"(y) : "f"(x), "r"(SEGMENT));
  return LANE == 0 ? 0 : y;
}

#else
inline float sum_of_earlier_lanes(__local float *room, float x, float *all) {
  __local float *slot = room + SLOT * SIZE;
  for (int reach = 1; reach < SIZE; reach *= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    slot[LANE] = x;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (LANE >= reach) x += slot[LANE - reach];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  slot[LANE] = x;
  barrier(CLK_LOCAL_MEM_FENCE);
  *all = slot[SIZE - 1];
  return LANE == 0 ? 0 : slot[LANE - 1];
}
#endif
