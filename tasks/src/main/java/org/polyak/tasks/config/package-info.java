/** Typed settings: HOCON layers, presets, variants, and the records that they decode to. */
@NullMarked
package org.polyak.tasks.config;

import org.jspecify.annotations.NullMarked;
