/** Tests of the package. */
@NullMarked
package org.polyak.tasks.data;

import org.jspecify.annotations.NullMarked;
