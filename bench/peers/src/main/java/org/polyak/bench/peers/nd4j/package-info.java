/** ND4J, the array library of Deeplearning4j. */
@NullMarked
package org.polyak.bench.peers.nd4j;

import org.jspecify.annotations.NullMarked;
