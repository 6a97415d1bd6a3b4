package org.polyak.spi;

/**
 * A device that users can ask a backend for.
 *
 * @param info what it is
 * @param option the setting that names this device alone, for example {@code device=1}
 * @param first whether {@link BackendProvider#open} takes it when nothing is asked for
 */
public record DeviceChoice(BackendInfo info, String option, boolean first) {}
