// What a linear layer does with a finished sum: d(f(sum + bias of the column)).
//
// BIAS     1: two more arguments, the bias of the columns and where it begins
// RELU     1: f is max(x, 0); else the identity
// DROPOUT  1: d is dropout, with three more arguments; else the identity

#if DROPOUT
#include "dropouthash.cl"
#define DROPOUT_ARGUMENTS , float rate, float scale, uint seed
#define LEFT(kept, x, index) kept(x, index, seed, rate, scale)
#else
#define DROPOUT_ARGUMENTS
#define LEFT(kept, x, index) (x)
#endif

#if BIAS
#define EPILOGUE_ARGUMENTS , __global const float *bias, long bias_at DROPOUT_ARGUMENTS
#else
#define EPILOGUE_ARGUMENTS
#endif

// NaN stays NaN.
#if RELU
#define ACTIVATED(sum) ((sum) < 0 ? 0.0f : (sum))
#else
#define ACTIVATED(sum) (sum)
#endif

// Of the element `index` of the result, row by row; `kept` is the function for as many elements.
#define FINISHED(kept, sum, shift, index) LEFT(kept, ACTIVATED((sum) + (shift)), index)
