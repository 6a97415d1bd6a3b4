/** Tests of the package. */
@NullMarked
package org.polyak.tasks.report;

import org.jspecify.annotations.NullMarked;
