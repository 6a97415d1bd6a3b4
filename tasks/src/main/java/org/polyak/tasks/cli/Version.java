package org.polyak.tasks.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of this program: that of its module or, on the class path, of its jar. */
final class Version implements IVersionProvider {
  /** For example {@code 0.1.0}; {@code development} when it runs from plain class files. */
  static String current() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(descriptor -> descriptor.rawVersion())
        .or(() -> Optional.ofNullable(Version.class.getPackage().getImplementationVersion()))
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"polyak " + current(), "Java " + Runtime.version()};
  }
}
