/**
 * Reverse-mode differentiation: variables, and the tape of steps that led from one to the next. The
 * rules that turn a step into gradients are in {@link org.polyak.nn.ops}.
 */
@NullMarked
package org.polyak.nn.autograd;

import org.jspecify.annotations.NullMarked;
