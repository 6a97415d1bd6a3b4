// Work-items of a group of SIZE (a power of two) that combine a value of each: all get the result,
// and the order of combination is always the same. With SIZE 1 there is nothing to do, and no
// barrier.

inline float sum_of_lanes(__local float *lanes, float x) {
#if SIZE > 1
  int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  lanes[lane] = x;
  for (int reach = SIZE / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < reach) lanes[lane] += lanes[lane + reach];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return lanes[0];
#else
  return x;
#endif
}

// NaN if any is.
inline float larger(float a, float b) { return a > b || a != a ? a : b; }

inline float largest_of_lanes(__local float *lanes, float x) {
#if SIZE > 1
  int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  lanes[lane] = x;
  for (int reach = SIZE / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < reach) lanes[lane] = larger(lanes[lane], lanes[lane + reach]);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return lanes[0];
#else
  return x;
#endif
}
