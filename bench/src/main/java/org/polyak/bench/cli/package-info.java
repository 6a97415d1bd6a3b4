/** The command {@code polyak bench}. */
@NullMarked
package org.polyak.bench.cli;

import org.jspecify.annotations.NullMarked;
