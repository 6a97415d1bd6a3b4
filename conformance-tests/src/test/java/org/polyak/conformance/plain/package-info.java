/** A backend in plain Java that implements the verbs and nothing else. */
@NullMarked
package org.polyak.conformance.plain;

import org.jspecify.annotations.NullMarked;
