/**
 * Cases for the operations that a backend may fuse, except attention. Each runs through {@code nn},
 * which composes what the backend does not offer; what it does offer runs once more by itself, in
 * guarded memory.
 */
@NullMarked
package org.polyak.conformance.fused;

import org.jspecify.annotations.NullMarked;
