/** What a run found: its record, its statistics, and its JSON. */
@NullMarked
package org.polyak.bench.result;

import org.jspecify.annotations.NullMarked;
