/** Tasks that train, evaluate and generate with Polyak's models. */
@NullMarked
package org.polyak.tasks;

import org.jspecify.annotations.NullMarked;
