/** Cases about identities between whole computations, on the device itself. */
@NullMarked
package org.polyak.conformance.identities;

import org.jspecify.annotations.NullMarked;
