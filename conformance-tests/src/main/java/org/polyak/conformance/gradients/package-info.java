/** Cases that hold gradients to central differences of the oracle. */
@NullMarked
package org.polyak.conformance.gradients;

import org.jspecify.annotations.NullMarked;
