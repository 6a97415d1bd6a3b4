// A copy whose source is contiguous along one axis and whose target is along another: squares of TILE
// by TILE elements turn in local memory, so that reads and writes both touch neighbours. Elements are
// bits that are only moved.
//
// TILE   32 or 64
// GROUP  work-items of a group
//
// Positions and strides are counted in elements.

#define DEPTH (GROUP / TILE)

// Rows are the target's: out[row][column], in[column][row]. Two outer loops of extents `outer`.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void transpose(__global int *out, long out_at, int out_step, int2 out_outer,
               __global const int *in, long in_at, int in_step, int2 in_outer, int rows,
               int columns, int inner_extent) {
  __local int tile[TILE][TILE + 1];
  int lane = get_local_id(0) % TILE, depth = get_local_id(0) / TILE;
  int across = (columns + TILE - 1) / TILE, down = (rows + TILE - 1) / TILE;
  int group = get_group_id(0);
  int column = group % across * TILE, row = group / across % down * TILE;
  int outer = group / across / down;
  long x = outer / inner_extent, y = outer % inner_extent;
  in += in_at + x * in_outer.x + y * in_outer.y + row;
  out += out_at + x * out_outer.x + y * out_outer.y + column;
#pragma unroll
  for (int c = depth; c < TILE; c += DEPTH)
    if (row + lane < rows && column + c < columns)
      tile[c][lane] = in[(long)(column + c) * in_step + lane];
  barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
  for (int r = depth; r < TILE; r += DEPTH)
    if (row + r < rows && column + lane < columns)
      out[(long)(row + r) * out_step + lane] = tile[lane][r];
}
