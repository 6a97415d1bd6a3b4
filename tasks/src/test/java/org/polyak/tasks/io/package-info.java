/** Tests of the package. */
@NullMarked
package org.polyak.tasks.io;

import org.jspecify.annotations.NullMarked;
