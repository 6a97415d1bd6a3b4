package org.polyak.nn.session;

/**
 * A backend that somebody asked for.
 *
 * @param id id of the backend, or {@link BackendSelector#AUTO}
 * @param origin where the setting came from, in words for messages, such as {@code
 *     -Dpolyak.backend}
 */
public record BackendSetting(String id, String origin) {}
