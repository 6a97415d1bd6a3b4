/**
 * The conformance suite: what every backend must compute, and how exactly. {@link
 * org.polyak.conformance.Catalogue} lists the cases, {@link org.polyak.conformance.ErrorModel} is
 * where bounds come from, and {@link org.polyak.conformance.BackendConformanceTest} is what the
 * author of a backend subclasses.
 */
@NullMarked
package org.polyak.conformance;

import org.jspecify.annotations.NullMarked;
