/** Cases about who owns device memory, and for how long. */
@NullMarked
package org.polyak.conformance.scopes;

import org.jspecify.annotations.NullMarked;
