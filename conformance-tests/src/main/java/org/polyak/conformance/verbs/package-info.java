/** Cases for the required verbs. */
@NullMarked
package org.polyak.conformance.verbs;

import org.jspecify.annotations.NullMarked;
