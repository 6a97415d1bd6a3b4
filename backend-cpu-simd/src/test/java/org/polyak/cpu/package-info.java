/** Tests of the CPU backend. */
@NullMarked
package org.polyak.cpu;

import org.jspecify.annotations.NullMarked;
