/** BLAS libraries, called through the foreign-function API. */
@NullMarked
package org.polyak.bench.peers.blas;

import org.jspecify.annotations.NullMarked;
