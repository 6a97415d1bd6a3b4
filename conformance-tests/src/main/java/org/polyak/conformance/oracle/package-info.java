/**
 * The float64 oracle: the papers' equations, transcribed to be read beside the papers. Slow and
 * obvious; the recurrence is the definition, every other form is a theorem that the tests check.
 * Depends on {@code java.base} only.
 *
 * <p>Everything is a pure function of {@link org.polyak.conformance.oracle.Array}s: results are new
 * arrays, arguments are never changed. Attention uses the layout {@code [B, N, H, D]}: batch,
 * tokens, heads, channels; states are {@code [B, H, K, V]} and {@code [B, H, K]}.
 *
 * <p>A method named {@code …Magnitude} returns, for each element of what its namesake computes, the
 * sum of the absolute values of the terms that make the element. Round-off times the magnitude
 * bounds what an honest implementation can lose, also where the terms cancel.
 */
@NullMarked
package org.polyak.conformance.oracle;

import org.jspecify.annotations.NullMarked;
