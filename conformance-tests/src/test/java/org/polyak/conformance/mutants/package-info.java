/** Backends with one bug each, and the cases of the catalogue that find it. */
@NullMarked
package org.polyak.conformance.mutants;

import org.jspecify.annotations.NullMarked;
