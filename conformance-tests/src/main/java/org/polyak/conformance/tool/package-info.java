/** What the commands that are found as services have in common. */
@NullMarked
package org.polyak.conformance.tool;

import org.jspecify.annotations.NullMarked;
