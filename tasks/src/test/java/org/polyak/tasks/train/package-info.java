/** Tests of the package. */
@NullMarked
package org.polyak.tasks.train;

import org.jspecify.annotations.NullMarked;
