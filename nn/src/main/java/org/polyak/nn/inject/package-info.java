/**
 * Assembly with Guice, for programs that want it. Nothing else in this library knows an injector.
 */
@NullMarked
package org.polyak.nn.inject;

import org.jspecify.annotations.NullMarked;
