package org.polyak.conformance.certificate;

import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * Where a certificate was made.
 *
 * @param system name, version and architecture of the operating system
 * @param processors number of processors that Java sees
 * @param java version of Java
 * @param virtualMachine name, version and maker of the virtual machine
 * @param flags what the virtual machine was told to do otherwise than usual; no system properties
 * @param heapBytes the most memory that Java takes
 */
public record Machine(
    String system,
    int processors,
    String java,
    String virtualMachine,
    List<String> flags,
    long heapBytes) {
  /** Copies the list. */
  public Machine {
    flags = List.copyOf(flags);
  }

  /** This machine. */
  public static Machine running() {
    return new Machine(
        "%s %s, %s".formatted(property("os.name"), property("os.version"), property("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version().toString(),
        "%s %s, %s"
            .formatted(
                property("java.vm.name"), property("java.vm.version"), property("java.vm.vendor")),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("-X"))
            .toList(),
        Runtime.getRuntime().maxMemory());
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
