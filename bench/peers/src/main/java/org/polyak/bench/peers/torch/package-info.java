/**
 * PyTorch through DJL, the Deep Java Library. What it computes is TorchScript, kept as text beside
 * these classes: one call from Java runs a whole load, so that no time is lost between operations.
 */
@NullMarked
package org.polyak.bench.peers.torch;

import org.jspecify.annotations.NullMarked;
