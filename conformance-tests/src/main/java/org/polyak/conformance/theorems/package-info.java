/** Cases that hold a device to the theorems: identities between whole computations on it. */
@NullMarked
package org.polyak.conformance.theorems;

import org.jspecify.annotations.NullMarked;
