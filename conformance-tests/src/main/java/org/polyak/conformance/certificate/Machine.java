package org.polyak.conformance.certificate;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.RuntimeMXBean;
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
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    RuntimeMXBean machine = ManagementFactory.getRuntimeMXBean();
    return new Machine(
        "%s %s, %s".formatted(system.getName(), system.getVersion(), system.getArch()),
        system.getAvailableProcessors(),
        Runtime.version().toString(),
        "%s %s, %s".formatted(machine.getVmName(), machine.getVmVersion(), machine.getVmVendor()),
        machine.getInputArguments().stream().filter(argument -> argument.startsWith("-X")).toList(),
        Runtime.getRuntime().maxMemory());
  }
}
