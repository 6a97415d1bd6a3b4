/**
 * Data sets: the generated copy task, IDX images, text as bytes, and the registry that finds and
 * fetches them.
 */
@NullMarked
package org.polyak.tasks.data;

import org.jspecify.annotations.NullMarked;
