/** Training, evaluation and generation. */
@NullMarked
package org.polyak.tasks.train;

import org.jspecify.annotations.NullMarked;
