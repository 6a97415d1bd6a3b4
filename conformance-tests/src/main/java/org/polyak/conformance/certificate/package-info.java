/**
 * {@code polyak certify}: runs the catalogue on one backend and writes what it found as JSON,
 * Markdown, HTML and JUnit XML.
 */
@NullMarked
package org.polyak.conformance.certificate;

import org.jspecify.annotations.NullMarked;
