/** Measures with JMH, in processes of their own. */
@NullMarked
package org.polyak.bench.measure;

import org.jspecify.annotations.NullMarked;
