/**
 * Cases for the attention family and for softmax attention. Each runs through {@code nn}, which
 * composes what the backend does not offer; what it does offer runs once more by itself, in guarded
 * memory.
 */
@NullMarked
package org.polyak.conformance.attention;

import org.jspecify.annotations.NullMarked;
