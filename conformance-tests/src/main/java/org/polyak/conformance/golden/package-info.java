/** Reads golden vectors: numbers that the papers' public implementations computed. */
@NullMarked
package org.polyak.conformance.golden;

import org.jspecify.annotations.NullMarked;
