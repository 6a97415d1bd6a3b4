/** Files that appear whole or not at all. */
@NullMarked
package org.polyak.tasks.io;

import org.jspecify.annotations.NullMarked;
