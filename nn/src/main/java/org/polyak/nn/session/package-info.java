/**
 * Which backend a run uses, and why: settings with their origins, the choice among the providers
 * found, and the opened session.
 */
@NullMarked
package org.polyak.nn.session;

import org.jspecify.annotations.NullMarked;
