/** Tests of the package. */
@NullMarked
package org.polyak.tasks;

import org.jspecify.annotations.NullMarked;
