// Four nested loops, the innermost last: an index is (x, y, z, w).

// Where an index lies in a tensor of strides `s`.
#define POSITION(s) \
  ((long)index.x * s.x + (long)index.y * s.y + (long)index.z * s.z + (long)index.w * s.w)

// The index of position `flat` in row-major order.
inline int4 unfold(int flat, int4 extents) {
  int4 index;
  index.w = flat % extents.w;
  flat /= extents.w;
  index.z = flat % extents.z;
  flat /= extents.z;
  index.y = flat % extents.y;
  index.x = flat / extents.y;
  return index;
}
