// Elements that move together: four where rows begin and end at multiples of four, else one.
//
// VECTOR  4 or 1

#if VECTOR == 4
typedef float4 pack;
inline float total_of(pack x) { return (x.x + x.y) + (x.z + x.w); }
#else
typedef float pack;
inline float total_of(pack x) { return x; }
#endif
