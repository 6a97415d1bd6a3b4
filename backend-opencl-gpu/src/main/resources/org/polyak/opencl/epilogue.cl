// What a linear layer does with a finished sum: f(sum + bias of the column).
//
// BIAS  1: two more arguments, the bias of the columns and where it begins
// RELU  1: f is max(x, 0); else the identity

#if BIAS
#define EPILOGUE_ARGUMENTS , __global const float *bias, long bias_at
#else
#define EPILOGUE_ARGUMENTS
#endif

// NaN stays NaN.
#if RELU
#define FINISHED(sum, shift) ((sum) + (shift) < 0 ? 0.0f : (sum) + (shift))
#else
#define FINISHED(sum, shift) ((sum) + (shift))
#endif
