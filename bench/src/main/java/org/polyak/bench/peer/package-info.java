/** What other libraries implement to be measured beside ours. */
@NullMarked
package org.polyak.bench.peer;

import org.jspecify.annotations.NullMarked;
