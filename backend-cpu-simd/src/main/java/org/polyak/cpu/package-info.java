/** The CPU backend: the contract on the JDK Vector API and a fixed pool of worker threads. */
@NullMarked
package org.polyak.cpu;

import org.jspecify.annotations.NullMarked;
