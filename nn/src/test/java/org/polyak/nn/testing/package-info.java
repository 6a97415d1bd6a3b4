/** What several tests share. */
@NullMarked
package org.polyak.nn.testing;

import org.jspecify.annotations.NullMarked;
