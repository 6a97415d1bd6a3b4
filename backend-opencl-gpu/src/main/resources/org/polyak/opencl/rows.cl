// Rows of a table by index. An index outside the table sets `fault` to 1 + its row number.

__kernel void gather(__global float *out, long out_at, int out_row, int out_column,
                     __global const float *table, long table_at, int table_row, int table_column,
                     __global const int *indices, long indices_at, int indices_step, int height,
                     int width, __global int *fault) {
  int column = get_global_id(0), row = get_global_id(1);
  if (column >= width) return;
  int index = indices[indices_at + (long)row * indices_step];
  if (index < 0 || index >= height) {
    if (column == 0) fault[0] = row + 1;
    return;
  }
  out[out_at + (long)row * out_row + (long)column * out_column] =
      table[table_at + (long)index * table_row + (long)column * table_column];
}

// A work-item for each element of the table looks for its rows in their order: repeated indices add
// up in one order, whatever the device does first.
__kernel void scatter_add(__global float *table, long table_at, int table_row, int table_column,
                          __global const float *rows, long rows_at, int rows_row, int rows_column,
                          __global const int *indices, long indices_at, int indices_step,
                          int count, int height, int width, __global int *fault) {
  int column = get_global_id(0), index = get_global_id(1);
  if (column >= width) return;
  long at = table_at + (long)index * table_row + (long)column * table_column;
  float total = table[at];
  for (int row = 0; row < count; row++) {
    int wanted = indices[indices_at + (long)row * indices_step];
    if (wanted == index) total += rows[rows_at + (long)row * rows_row + (long)column * rows_column];
    if (column == 0 && index == 0 && (wanted < 0 || wanted >= height)) fault[0] = row + 1;
  }
  table[at] = total;
}
