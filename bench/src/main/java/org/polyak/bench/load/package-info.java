/** What is measured: benchmarks by name, variant and shape, and how much work each is. */
@NullMarked
package org.polyak.bench.load;

import org.jspecify.annotations.NullMarked;
