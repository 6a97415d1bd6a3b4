/**
 * The contract that a hardware backend implements: a provider found by {@link
 * java.util.ServiceLoader}, a backend that stands for one device, scopes that own its memory, and
 * about a dozen required verbs. Everything beyond the verbs is optional and lives in {@link
 * org.polyak.spi.fused}.
 *
 * <p>A backend and its scopes are confined to one thread at a time: work is submitted in program
 * order, and may be executed asynchronously by the device.
 */
@NullMarked
package org.polyak.spi;

import org.jspecify.annotations.NullMarked;
