/** The conformance suite: what every backend must compute, and how exactly. */
@NullMarked
package org.polyak.conformance;

import org.jspecify.annotations.NullMarked;
