package org.polyak.bench.measure;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.polyak.bench.peer.Peer;

/**
 * How the processes that JMH starts are to be started. JMH names a main class and passes the class
 * path on; where this program runs on the module path, that has to be passed on as well, with this
 * module as a root: its services bring the backends, as in the program itself.
 */
public final class ChildProcess {
  /** The JDK warns about what JMH does to lay out its fields. */
  private static final String QUIET = "--sun-misc-unsafe-memory-access=allow";

  private static final List<String> INHERITED =
      List.of("-X", "--enable-native-access", "--add-modules", "-Djava.awt.headless");

  private ChildProcess() {}

  /** The same for a process that measures a peer: native code, called from outside of modules. */
  static List<String> argumentsFor(Peer peer) {
    List<String> arguments = new ArrayList<>(arguments());
    arguments.add("--enable-native-access=ALL-UNNAMED");
    arguments.addAll(peer.virtualMachineArguments());
    return List.copyOf(arguments);
  }

  /** The arguments of the virtual machine. */
  public static List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> INHERITED.stream().anyMatch(argument::startsWith))
        .forEach(arguments::add);
    arguments.add(QUIET);
    Module here = ChildProcess.class.getModule();
    String path = System.getProperty("jdk.module.path", "");
    if (here.isNamed() && !path.isEmpty()) {
      Stream.of("--module-path", path, "--add-modules", here.getName()).forEach(arguments::add);
    }
    return List.copyOf(arguments);
  }
}
