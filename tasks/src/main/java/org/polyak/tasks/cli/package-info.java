/** The {@code polyak} command line. */
@NullMarked
package org.polyak.tasks.cli;

import org.jspecify.annotations.NullMarked;
