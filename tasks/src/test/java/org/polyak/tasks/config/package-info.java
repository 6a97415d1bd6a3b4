/** Tests of the package. */
@NullMarked
package org.polyak.tasks.config;

import org.jspecify.annotations.NullMarked;
