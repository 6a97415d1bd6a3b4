/**
 * Optional fused operations. They change speed and memory, never meaning: whatever a backend does
 * not offer is composed from the verbs on the same device.
 *
 * <p>Tensors handed to a fused kernel are row-major and contiguous, at any offset, with one
 * exception: the queries, keys and values of the attention family may have free strides on their
 * batch and sequence axes. Outputs never overlap inputs unless a method says so. Arguments are
 * validated by the caller.
 */
@NullMarked
package org.polyak.spi.fused;

import org.jspecify.annotations.NullMarked;
