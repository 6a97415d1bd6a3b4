// The second stage of sums over the rows of a matrix: `sums` has a row for every slab of rows; its
// columns are those of one result, or of two side by side.
//
// COLUMNS  work-items of a group side by side
// STACK    work-items of a group that share a column, a power of two; 1 where one does best alone

__kernel __attribute__((reqd_work_group_size(COLUMNS * STACK, 1, 1)))
void totals(__global float *first, long first_at, __global float *second, long second_at,
            __global const float *sums, int slabs, int first_width, int wanted,
            int width) {
  __local float room[COLUMNS * STACK];
  int x = get_local_id(0) % COLUMNS, y = get_local_id(0) / COLUMNS;
  int column = get_group_id(0) * COLUMNS + x;
  float total = 0;
  if (column < wanted)
#pragma unroll 8
    for (int slab = y; slab < slabs; slab += STACK) total += sums[(long)slab * width + column];
#if STACK > 1
  room[get_local_id(0)] = total;
  for (int reach = STACK / 2; reach > 0; reach /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (y < reach) room[get_local_id(0)] += room[get_local_id(0) + reach * COLUMNS];
  }
  total = room[x];
#endif
  if (y != 0 || column >= wanted) return;
  if (column < first_width)
    first[first_at + column] = total;
  else
    second[second_at + column - first_width] = total;
}
