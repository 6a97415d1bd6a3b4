/**
 * Layers with plain constructors. A layer creates its parameters through {@link
 * org.polyak.nn.layers.ParameterFactory} and takes the operations to run with as the first argument
 * of {@code forward}: no hidden scope, no mode switch. B is the batch, N the sequence length, E the
 * width of the model.
 */
@NullMarked
package org.polyak.nn.layers;

import org.jspecify.annotations.NullMarked;
