/** Pages and pictures, made from the JSON of a run alone. */
@NullMarked
package org.polyak.bench.report;

import org.jspecify.annotations.NullMarked;
