/** Cases that train: loss curves beside the oracle's, and a task that is solved. */
@NullMarked
package org.polyak.conformance.learning;

import org.jspecify.annotations.NullMarked;
