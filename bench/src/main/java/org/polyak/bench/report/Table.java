package org.polyak.bench.report;

import java.util.List;

/**
 * A table of text.
 *
 * @param header the columns' names
 * @param rows as many cells each
 */
record Table(List<String> header, List<List<String>> rows) {}
