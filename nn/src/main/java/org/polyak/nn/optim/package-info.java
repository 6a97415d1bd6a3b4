/** Optimisers, learning-rate schedules and gradient clipping. */
@NullMarked
package org.polyak.nn.optim;

import org.jspecify.annotations.NullMarked;
