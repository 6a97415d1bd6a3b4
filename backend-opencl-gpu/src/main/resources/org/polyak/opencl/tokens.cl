// A gradient [batch, token, head, channel] that a kernel writes: the last two axes are contiguous,
// the others have strides of their own.

#define GRADIENT(name) \
  __global float *name, long name##_at, long name##_batch, long name##_token

// Where the channels of a token begin, in the head and the batch at hand.
#define CHANNELS(name, token, count) \
  (name + name##_at + batch * name##_batch + (token) * name##_token + head * (count))
