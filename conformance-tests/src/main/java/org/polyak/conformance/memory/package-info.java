/** Guarded, poisoned memory for cases, and the cases about who owns memory and for how long. */
@NullMarked
package org.polyak.conformance.memory;

import org.jspecify.annotations.NullMarked;
