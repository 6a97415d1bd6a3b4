// Rows of a table by index. An index outside the table sets `fault` to 1 + its row number. Repeated
// indices add up in the order of their rows, whatever the device does first.
//
// VECTOR  `gather`: 4 where rows of both tensors are contiguous and begin and end at multiples of four
//         elements, else 1
// GROUP   `scatter_slab`: work-items of a group, a multiple of 32

#include "packs.cl"

// Rows of a work-item.
#define ROWS 4

// A group has `across` work-items (a power of two) side by side in a row, and takes as many rows at
// once as there is room for; `blocks` groups cover a row. Positions, steps and the width count in
// packs.
__kernel void gather(__global pack *out, long out_at, int out_row, int out_column,
                     __global const pack *table, long table_at, int table_row, int table_column,
                     __global const int *indices, long indices_at, int indices_step, int count,
                     int height, int width, int across, int blocks, __global int *fault) {
  int group = get_group_id(0), lane = get_local_id(0);
  int slots = (int)get_local_size(0) / across;
  int column = group % blocks * across + (lane & (across - 1));
  int first = group / blocks * slots * ROWS + lane / across;
  if (column >= width) return;
  int found[ROWS];
  pack x[ROWS];
#pragma unroll
  for (int r = 0; r < ROWS; r++)
    found[r] = indices[indices_at + (long)min(first + r * slots, count - 1) * indices_step];
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    bool inside = found[r] >= 0 && found[r] < height;
    if (!inside) fault[0] = min(first + r * slots, count - 1) + 1;
    x[r] = inside ? table[table_at + (long)found[r] * table_row + (long)column * table_column]
                  : (pack)(0);
  }
#pragma unroll
  for (int r = 0; r < ROWS; r++)
    if (first + r * slots < count)
      out[out_at + (long)(first + r * slots) * out_row + (long)column * out_column] = x[r];
}

#define SCATTER                                                                               \
  __global float *table, long table_at, int table_row, int table_column,                      \
      __global const float *rows, long rows_at, int rows_row, int rows_column,                \
      __global const int *indices, long indices_at, int indices_step, int count, int height,  \
      int width, __global int *fault

// For devices where a work-item does best alone: each has some columns of the whole table.
__kernel void scatter_columns(SCATTER, int columns) {
  int first = get_global_id(0) * columns, end = min(width, first + columns);
  for (int row = 0; row < count; row++) {
    int index = indices[indices_at + (long)row * indices_step];
    if (index < 0 || index >= height) {
      if (first == 0) fault[0] = row + 1;
      continue;
    }
    __global float *to = table + table_at + (long)index * table_row;
    __global const float *from = rows + rows_at + (long)row * rows_row;
    for (int c = first; c < end; c++) to[(long)c * table_column] += from[(long)c * rows_column];
  }
}

#ifdef GROUP
#define SPAN (4 * GROUP)

// Lists the rows from `first` on, SPAN at most, that want `index`, in their order.
inline int find(__local int *found, __local int *marks, __global const int *indices,
                int indices_step, int first, int count, int index, int height,
                __global int *fault) {
  int lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  if (lane < SPAN / 32) marks[lane] = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = lane; i < SPAN; i += GROUP) {
    int row = first + i;
    int wanted = row < count ? indices[(long)row * indices_step] : index - 1;
    if (wanted == index) atomic_or(marks + i / 32, (int)(1u << i % 32));
    if (index == 0 && row < count && (wanted < 0 || wanted >= height)) fault[0] = row + 1;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  int total = 0;
  for (int word = 0; word < SPAN / 32; word++) {
    uint bits = (uint)marks[word];
    // So many come before a row with this mark.
    uint before = popcount(bits & ((1u << lane % 32) - 1));
    if (lane / 32 == word % (GROUP / 32) && (bits >> lane % 32 & 1))
      found[total + before] = first + word * 32 + lane % 32;
    total += popcount(bits);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return total;
}

// A group for each row of the table and each slab of `spans` times SPAN rows adds up the slab's rows
// for that row, column by column: to a table of the slab in `sums`, or to the table itself if the
// slab is the only one.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void scatter_slab(SCATTER, __global float *sums, int slabs, int spans) {
  __local int marks[SPAN / 32], found[SPAN];
  int index = get_group_id(0) % height, slab = get_group_id(0) / height;
  for (int span = 0; span < spans; span++) {
    int first = (slab * spans + span) * SPAN;
    int total = find(found, marks, indices + indices_at, indices_step, first, count, index,
                     height, fault);
    if (total == 0 && (slabs == 1 || span > 0)) continue;
    for (int column = get_local_id(0); column < width; column += GROUP) {
      __global float *to =
          slabs > 1 ? sums + ((long)slab * height + index) * width + column
                    : table + table_at + (long)index * table_row + (long)column * table_column;
      __global const float *from = rows + rows_at + (long)column * rows_column;
      float sum = slabs > 1 && span == 0 ? 0 : *to;
#pragma unroll 8
      for (int f = 0; f < total; f++) sum += from[(long)found[f] * rows_row];
      *to = sum;
    }
  }
}

// The table plus the tables of all slabs.
__kernel void scatter_total(__global float *table, long table_at, int table_row, int table_column,
                            __global const float *sums, int slabs, int width, long n) {
  long i = get_global_id(0);
  if (i >= n) return;
  __global float *to = table + table_at + i / width * table_row + i % width * table_column;
  float sum = *to;
#pragma unroll 8
  for (int slab = 0; slab < slabs; slab++) sum += sums[slab * n + i];
  *to = sum;
}
#endif
