// out = a b, or out + a b, or with an epilogue d(f(a b + bias)), for batches of large matrices: a
// work-group computes one tile of the product from tiles of both factors that it copies to local
// memory some steps ahead.
//
// ROWS, COLUMNS            of a work-group's tile
// WARP_ROWS, WARP_COLUMNS  of the part of it that 32 neighbouring work-items compute
// A_BY_INNER               1: neighbours along the inner axis are neighbours in a's memory;
//                          0: neighbours along the rows are
// B_BY_INNER               the same of b, with its columns for rows
// A_BY_QUADS, B_BY_QUADS   1: lines begin at multiples of 16 bytes; 0: anywhere
// EDGES                    1: any extents, filled up with zeros; 0: multiples of the tile's
// STAGES                   tiles of each factor in local memory
// PTX                      1: copies run beside the arithmetic, by NVIDIA's cp.async
// LIMITED                  1: a limit of registers is among the compiler's options
// TF32                     1: by NVIDIA's tensor cores, factors rounded to 11 significant bits
//
// The inner axis may be divided among work-groups (`part` steps for each); each part's sums then
// lie `out_part` elements behind those of the part before, and `add_parts` of matmul.cl adds them
// and has the epilogue.
//
// In local memory a tile lies line by line along its other axis, for each inner position one. A tile
// that comes the other way round is turned on its way there, through registers; for the tensor
// cores it stays as it is. Copies and reads move four numbers, a quad; quads are permuted within a
// line so that neighbouring work-items meet no bank twice.

#include "epilogue.cl"

#define DEPTH 16
#define WARPS_ACROSS (COLUMNS / WARP_COLUMNS)
#define THREADS (ROWS / WARP_ROWS * WARPS_ACROSS * 32)
#define BAND 8
#define TURN_A (A_BY_INNER && !TF32)
#define TURN_B (B_BY_INNER && !TF32)
// Quads of a turned tile that a work-item holds.
#define HELD_A (TURN_A ? ROWS * DEPTH / 4 / THREADS : 1)
#define HELD_B (TURN_B ? COLUMNS * DEPTH / 4 / THREADS : 1)

#if TF32
// A warp's lanes as 8 by 4: `lane_row` and `lane_column` of the tensor cores' fragments.
#define LANE_ROWS 8
#define LANE_COLUMNS 4
#else
#define LANE_ROWS 4
#define LANE_COLUMNS 8
#endif
#define MY_ROWS (WARP_ROWS / LANE_ROWS)
#define MY_COLUMNS (WARP_COLUMNS / LANE_COLUMNS)

// Where in a warp's tile a lane's `i`th row lies.
#if !TF32
#define ROW(i) ((i) / 4 * (4 * LANE_ROWS) + lane_row * 4 + (i) % 4)
#elif A_BY_INNER
#define ROW(i) ((i) * LANE_ROWS + lane_row)
#else
#define ROW(i) (lane_row * MY_ROWS + (i))
#endif

// The same of its `j`th column; RUN of these lie side by side.
#if !TF32
#define COLUMN(j) ((j) / 4 * (4 * LANE_COLUMNS) + lane_column * 4 + (j) % 4)
#define RUN 4
#elif B_BY_INNER
#define COLUMN(j) ((j) / 2 * (2 * LANE_COLUMNS) + lane_column * 2 + (j) % 2)
#define RUN 2
#else
#define COLUMN(j) (lane_column * MY_COLUMNS + (j))
#define RUN 4
#endif

// Where a quad begins in a tile whose lines follow the inner axis.
inline int along_inner(int line, int quad) {
  return line * DEPTH + ((quad ^ (line >> 1 & 3)) << 2);
}

// Where a quad begins in a tile whose lines, of `size`, follow the other axis; `warp` is the extent
// of a warp's part of it.
inline int along_other(int size, int warp, bool by_inner, int inner, int quad) {
  int group = inner >> 2 & 3;
  if (!TF32) {
    quad ^= by_inner ? group << 1 : 0;
  } else {
    quad ^= warp == 64 ? (group & 1) | (group & 2) << 1 : group << 1;
  }
  return inner * size + (quad << 2);
}

// `count` numbers, at most four, and zeros behind them.
inline float4 load_quad(__global const float *from, bool by_quads, int count) {
  if (count >= 4) return by_quads ? *(__global const float4 *)from : vload4(0, from);
  return (float4)(count > 0 ? from[0] : 0, count > 1 ? from[1] : 0, count > 2 ? from[2] : 0, 0);
}

inline void copy_quad(__local float *to, __global const float *from, bool by_quads, int count) {
#if PTX
  if (by_quads) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((uint)(size_t)to),
                 "l"(from), "r"(max(0, min(4, count)) * 4)
                 : "memory");
  } else {
#pragma unroll
    for (int i = 0; i < 4; i++)
      asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"((uint)(size_t)(to + i)),
                   "l"(from + i), "r"(i < count ? 4 : 0)
                   : "memory");
  }
#else
  *(__local float4 *)to = load_quad(from, by_quads, count);
#endif
}

inline void end_of_stage(void) {
#if PTX
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

inline void await_stage(void) {
#if PTX
  asm volatile("cp.async.wait_group %0;" ::"n"(STAGES - 2) : "memory");
#endif
}

// Copies a tile of one factor; `extent` and `inner` say how much of it there is.
inline void copy_tile(__local float *tile, int size, int warp, bool by_inner, bool by_quads,
                      __global const float *from, long step, int extent, int inner) {
  int per_line = by_inner ? DEPTH / 4 : size / 4;
  int lines = by_inner ? extent : inner, length = by_inner ? inner : extent;
#pragma unroll
  for (int i = 0; i < size * DEPTH / 4 / THREADS; i++) {
    int e = i * THREADS + get_local_id(0);
    int line = e / per_line, quad = e % per_line;
    int at = by_inner ? along_inner(line, quad) : along_other(size, warp, by_inner, line, quad);
    copy_quad(tile + at, from + line * step + quad * 4, by_quads,
              !EDGES ? 4 : line < lines ? length - quad * 4 : 0);
  }
}

// A tile that is turned: a work-item holds quads of pairs of lines, and puts them down as pairs.
inline void hold_tile(float4 *held, int count, bool by_quads, __global const float *from, long step,
                      int extent, int inner) {
  int quad = get_local_id(0) % 4;
#pragma unroll
  for (int i = 0; i < count; i++) {
    int line = (get_local_id(0) / 4 + i / 2 * (THREADS / 4)) * 2 + i % 2;
    held[i] = load_quad(from + line * step + quad * 4, by_quads,
                        !EDGES ? 4 : line < extent ? inner - quad * 4 : 0);
  }
}

inline void put_tile(__local float *tile, const float4 *held, int count, int size, int warp) {
  int quad = get_local_id(0) % 4;
#pragma unroll
  for (int i = 0; i < count; i += 2) {
    int line = (get_local_id(0) / 4 + i / 2 * (THREADS / 4)) * 2;
    __local float *to = tile + along_other(size, warp, true, quad * 4, line / 4) + line % 4;
    *(__local float2 *)to = (float2)(held[i].x, held[i + 1].x);
    *(__local float2 *)(to + size) = (float2)(held[i].y, held[i + 1].y);
    *(__local float2 *)(to + 2 * size) = (float2)(held[i].z, held[i + 1].z);
    *(__local float2 *)(to + 3 * size) = (float2)(held[i].w, held[i + 1].w);
  }
}

// What a lane needs of one factor for the inner positions of `quad`: `count` numbers for each, from
// the `first` line of the tile on.
inline void read(float *numbers, int count, __local const float *tile, int size, int warp,
                 bool by_inner, int first, int lane, int lanes, int quad) {
  if (TF32 && by_inner) {
#pragma unroll
    for (int i = 0; i < count; i++) {
      float4 x =
          *(__local const float4 *)(tile + along_inner(first + i * lanes + lane, quad));
      numbers[i] = x.x;
      numbers[count + i] = x.y;
      numbers[2 * count + i] = x.z;
      numbers[3 * count + i] = x.w;
    }
  } else {
#pragma unroll
    for (int k = 0; k < 4; k++)
#pragma unroll
      for (int i = 0; i < count; i += 4) {
        int at = first + (TF32 ? lane * count + i : i * lanes + lane * 4);
        float4 x = *(__local const float4 *)(tile + along_other(size, warp, by_inner,
                                                                quad * 4 + k, at / 4));
        numbers[k * count + i] = x.x;
        numbers[k * count + i + 1] = x.y;
        numbers[k * count + i + 2] = x.z;
        numbers[k * count + i + 3] = x.w;
      }
  }
}

#if TF32
// To the nearest number of 11 significant bits: the tensor cores drop the other bits. The least NaN
// of all ones, as NVIDIA's arithmetic makes it, must not run over into the sign.
inline uint rounded(float x) { return (uint)(min(as_int(x), 0x7fffe000) + 0x1000); }

// Lane t of four takes the inner positions 4t to 4t + 3: a sum may take its terms in any order.
inline void multiply_tiles(float sums[MY_ROWS][MY_COLUMNS], __local const float *left,
                           __local const float *right, int warp_row, int warp_column, int lane) {
  float a[4 * MY_ROWS], b[2 * MY_COLUMNS];
  int group = lane / 4, inner = lane % 4;
  read(a, MY_ROWS, left, ROWS, WARP_ROWS, A_BY_INNER, warp_row, group, 8, inner);
  read(b, MY_COLUMNS / 2, right, COLUMNS, WARP_COLUMNS, B_BY_INNER, warp_column, group, 8, inner);
#pragma unroll
  for (int k = 0; k < 4; k += 2)
#pragma unroll
    for (int i = 0; i < MY_ROWS; i += 2) {
      uint p = rounded(a[k * MY_ROWS + i]), q = rounded(a[k * MY_ROWS + i + 1]);
      uint r = rounded(a[(k + 1) * MY_ROWS + i]), s = rounded(a[(k + 1) * MY_ROWS + i + 1]);
#pragma unroll
      for (int j = 0; j < MY_COLUMNS / 2; j++) {
        int c = B_BY_INNER ? 2 * j : j, d = B_BY_INNER ? c + 1 : c + MY_COLUMNS / 2;
        asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, "
            "{%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
            : "+f"(sums[i][c]), "+f"(sums[i][d]), "+f"(sums[i + 1][c]), "+f"(sums[i + 1][d])
            : "r"(p), "r"(q), "r"(r), "r"(s), "r"(rounded(b[k * MY_COLUMNS / 2 + j])),
              "r"(rounded(b[(k + 1) * MY_COLUMNS / 2 + j])));
      }
    }
}
#else
inline void multiply_tiles(float sums[MY_ROWS][MY_COLUMNS], __local const float *left,
                           __local const float *right, int warp_row, int warp_column, int lane) {
#pragma unroll
  for (int quad = 0; quad < DEPTH / 4; quad++) {
    float b[4 * MY_COLUMNS];
    read(b, MY_COLUMNS, right, COLUMNS, WARP_COLUMNS, B_BY_INNER, warp_column,
         lane % LANE_COLUMNS, LANE_COLUMNS, quad);
#pragma unroll
    for (int i = 0; i < MY_ROWS; i += 4) {
      float a[16];
      read(a, 4, left, ROWS, WARP_ROWS, A_BY_INNER, warp_row + i * LANE_ROWS,
           lane / LANE_COLUMNS, LANE_ROWS, quad);
#pragma unroll
      for (int k = 0; k < 4; k++)
#pragma unroll
        for (int r = 0; r < 4; r++)
#pragma unroll
          for (int j = 0; j < MY_COLUMNS; j++)
            sums[i + r][j] = fma(a[k * 4 + r], b[k * MY_COLUMNS + j], sums[i + r][j]);
    }
  }
}
#endif

// NVIDIA's compiler heeds a limit of registers only where no size of the group is required.
#if !LIMITED
__attribute__((reqd_work_group_size(THREADS, 1, 1)))
#endif
__kernel void tile(__global float *out, long out_at, long4 out_strides, long out_part,
                   __global const float *a, long a_at, long4 a_strides,
                   __global const float *b, long b_at, long4 b_strides, int rows, int inner,
                   int columns, int part, int batch_inner, int accumulate EPILOGUE_ARGUMENTS) {
  __local float left[STAGES][ROWS * DEPTH] __attribute__((aligned(16)));
  __local float right[STAGES][COLUMNS * DEPTH] __attribute__((aligned(16)));
  // Work-groups that run at the same time share rows and columns: bands of some tiles' height.
  int across = (columns + COLUMNS - 1) / COLUMNS, down = (rows + ROWS - 1) / ROWS;
  int band = get_group_id(0) / (BAND * across), place = get_group_id(0) % (BAND * across);
  int height = min(BAND, down - band * BAND);
  int row = (band * BAND + place % height) * ROWS, column = place / height * COLUMNS;
  long outer = get_group_id(2) / batch_inner, batch = get_group_id(2) % batch_inner;
  int begin = get_group_id(1) * part, steps = (min(part, inner - begin) + DEPTH - 1) / DEPTH;
  int inner_left = inner - begin, rows_left = rows - row, columns_left = columns - column;
  long a_step = A_BY_INNER ? a_strides.z : a_strides.w;
  long b_step = B_BY_INNER ? b_strides.w : b_strides.z;
  a += a_at + outer * a_strides.x + batch * a_strides.y;
  b += b_at + outer * b_strides.x + batch * b_strides.y;
  a += A_BY_INNER ? row * a_step + begin : begin * a_step + row;
  b += B_BY_INNER ? column * b_step + begin : begin * b_step + column;
  long a_next = A_BY_INNER ? DEPTH : DEPTH * a_step, b_next = B_BY_INNER ? DEPTH : DEPTH * b_step;

  int lane = get_local_id(0) % 32, warp = get_local_id(0) / 32;
  int warp_row = warp / WARPS_ACROSS * WARP_ROWS, warp_column = warp % WARPS_ACROSS * WARP_COLUMNS;
  int lane_row = lane / LANE_COLUMNS, lane_column = lane % LANE_COLUMNS;
  float sums[MY_ROWS][MY_COLUMNS];
#pragma unroll
  for (int i = 0; i < MY_ROWS; i++)
#pragma unroll
    for (int j = 0; j < MY_COLUMNS; j++) sums[i][j] = 0;

  float4 held_a[HELD_A], held_b[HELD_B];
#define COPY(slot, step)                                                                        \
  if (!TURN_A)                                                                                  \
    copy_tile(left[slot], ROWS, WARP_ROWS, A_BY_INNER, A_BY_QUADS, a + (step) * a_next, a_step, \
              rows_left, inner_left - (step) * DEPTH);                                          \
  if (!TURN_B)                                                                                  \
    copy_tile(right[slot], COLUMNS, WARP_COLUMNS, B_BY_INNER, B_BY_QUADS, b + (step) * b_next,  \
              b_step, columns_left, inner_left - (step) * DEPTH);
#define HOLD(step)                                                                              \
  if (TURN_A)                                                                                   \
    hold_tile(held_a, HELD_A, A_BY_QUADS, a + (step) * a_next, a_step, rows_left,               \
              inner_left - (step) * DEPTH);                                                     \
  if (TURN_B)                                                                                   \
    hold_tile(held_b, HELD_B, B_BY_QUADS, b + (step) * b_next, b_step, columns_left,            \
              inner_left - (step) * DEPTH);
#define PUT(slot)                                                                               \
  if (TURN_A) put_tile(left[slot], held_a, HELD_A, ROWS, WARP_ROWS);                            \
  if (TURN_B) put_tile(right[slot], held_b, HELD_B, COLUMNS, WARP_COLUMNS);

  for (int step = 0; step < STAGES - 1; step++) {
    if (step < steps) {
      COPY(step, step)
    }
    end_of_stage();
  }
  if (steps > 0) {
    HOLD(0)
    PUT(0)
  }
  int slot = 0, free_slot = STAGES - 1;
  for (int step = 0; step < steps; step++) {
    await_stage();
    barrier(CLK_LOCAL_MEM_FENCE);
    if (step + STAGES - 1 < steps) {
      COPY(free_slot, step + STAGES - 1)
    }
    end_of_stage();
    if (step + 1 < steps) {
      HOLD(step + 1)
    }
    multiply_tiles(sums, left[slot], right[slot], warp_row, warp_column, lane);
    slot = slot + 1 == STAGES ? 0 : slot + 1;
    if (step + 1 < steps) {
      PUT(slot)
    }
    free_slot = free_slot + 1 == STAGES ? 0 : free_slot + 1;
  }

#if BIAS
  // Before the stores, which the loads would have to wait for.
#pragma unroll
  for (int j = 0; j < MY_COLUMNS; j++) {
    int c = warp_column + COLUMN(j);
    float shift = !EDGES || c < columns_left ? bias[bias_at + column + c] : 0;
#pragma unroll
    for (int i = 0; i < MY_ROWS; i++) sums[i][j] = 
          FINISHED(kept, sums[i][j], shift,
                   (row + warp_row + ROW(i)) * columns + column + c);
  }
#endif
  out += out_at + outer * out_strides.x + batch * out_strides.y + get_group_id(1) * out_part +
         row * out_strides.z + column;
#pragma unroll
  for (int i = 0; i < MY_ROWS; i++) {
    int r = warp_row + ROW(i);
#pragma unroll
    for (int j = 0; j < MY_COLUMNS; j += RUN) {
      int c = warp_column + COLUMN(j);
      __global float *to = out + r * out_strides.z + c;
#if EDGES
      for (int n = 0; n < RUN; n++)
        if (r < rows_left && c + n < columns_left)
          to[n] = accumulate ? to[n] + sums[i][j + n] : sums[i][j + n];
#elif RUN == 4
      float4 sum = (float4)(sums[i][j], sums[i][j + 1], sums[i][j + 2], sums[i][j + 3]);
      *(__global float4 *)to = accumulate ? *(__global float4 *)to + sum : sum;
#elif RUN == 2
      float2 sum = (float2)(sums[i][j], sums[i][j + 1]);
      *(__global float2 *)to = accumulate ? *(__global float2 *)to + sum : sum;
#else
      *to = accumulate ? *to + sums[i][j] : sums[i][j];
#endif
    }
  }
}
