package org.polyak.tasks.data;

import java.net.URI;

/**
 * One file of a data set.
 *
 * @param name its name in the data set's folder
 * @param address where the owner publishes it
 * @param checksum of the file as published
 */
public record DataFile(String name, URI address, Checksum checksum) {}
