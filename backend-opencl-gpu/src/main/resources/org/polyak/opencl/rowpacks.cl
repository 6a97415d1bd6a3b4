// The packs of a row, shared by the lanes of a slot.
//
// WIDTH  elements of a row

#include "lanes.cl"
#include "packs.cl"

#define PACKS (WIDTH / VECTOR)
#define EACH ((PACKS + SIZE - 1) / SIZE)

// The packs of this lane: number c of the lane is number i of the row.
#define FOR_PACKS for (int c = 0, i = LANE; c < EACH; c++, i += SIZE)

// May overlook a NaN: a row's sum of exponentials then becomes one.
#if VECTOR == 4
inline float largest_of(pack x) { return fmax(fmax(x.x, x.y), fmax(x.z, x.w)); }
#else
inline float largest_of(pack x) { return x; }
#endif
