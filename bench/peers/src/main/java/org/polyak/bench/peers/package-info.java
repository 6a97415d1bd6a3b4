/** Other libraries that are measured beside ours. */
@NullMarked
package org.polyak.bench.peers;

import org.jspecify.annotations.NullMarked;
