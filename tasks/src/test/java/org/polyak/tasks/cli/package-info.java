/** Tests of the package. */
@NullMarked
package org.polyak.tasks.cli;

import org.jspecify.annotations.NullMarked;
