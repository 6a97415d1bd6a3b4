/**
 * Checkpoints: safetensors files, written atomically and checked when read. Every problem is a
 * {@link org.polyak.nn.checkpoint.CheckpointException} whose message says what to do.
 */
@NullMarked
package org.polyak.nn.checkpoint;

import org.jspecify.annotations.NullMarked;
