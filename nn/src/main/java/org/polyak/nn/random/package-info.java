/** The one source of randomness: a host-side generator that is specified down to the last bit. */
@NullMarked
package org.polyak.nn.random;

import org.jspecify.annotations.NullMarked;
