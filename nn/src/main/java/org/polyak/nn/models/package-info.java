/** Models for sequences, and generation from them token by token. */
@NullMarked
package org.polyak.nn.models;

import org.jspecify.annotations.NullMarked;
