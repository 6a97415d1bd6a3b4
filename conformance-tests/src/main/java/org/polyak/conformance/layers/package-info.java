/** Cases for the layers of {@code nn}: connections between layers, and whole blocks. */
@NullMarked
package org.polyak.conformance.layers;

import org.jspecify.annotations.NullMarked;
