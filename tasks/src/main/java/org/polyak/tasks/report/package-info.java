/** What a run leaves behind: metrics, results, pictures and pages. */
@NullMarked
package org.polyak.tasks.report;

import org.jspecify.annotations.NullMarked;
