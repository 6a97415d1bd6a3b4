package org.polyak.opencl.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The library that hands OpenCL's calls to the drivers. It is looked for here first, because JOCL
 * prints a line of its own for each name under which it does not find it.
 */
final class Loader {
  private static final String ENTRY = "clGetPlatformIDs";

  private Loader() {}

  /** What keeps this process from using OpenCL; empty when nothing does. */
  static Optional<Devices.Missing> obstacle() {
    return obstacle(names(System.getProperty("os.name", "")));
  }

  /** The same for a loader with one of these names. */
  static Optional<Devices.Missing> obstacle(List<String> names) {
    try (Arena arena = Arena.ofConfined()) {
      for (String name : names) {
        if (isLoader(name, arena)) {
          return Optional.empty();
        }
      }
    } catch (IllegalCallerException e) {
      return Optional.of(
          new Devices.Missing(
              "Java may not call native code here",
              "Start Java with --enable-native-access=jocl,org.polyak.opencl (on the class path:"
                  + " --enable-native-access=ALL-UNNAMED)."));
    }
    return Optional.of(
        new Devices.Missing(
            "the OpenCL loader, %s, is missing or cannot be loaded".formatted(names.getFirst()),
            "Install it (Debian: ocl-icd-libopencl1) with the driver of your device (without a GPU:"
                + " pocl-opencl-icd). Where it lies elsewhere, put its folder into LD_LIBRARY_PATH."));
  }

  /** The remedy for a loader that is here while JOCL's own library does not start. */
  static Devices.Missing broken(LinkageError failure) {
    String message = String.valueOf(failure.getMessage());
    return new Devices.Missing(
        "JOCL's native library does not load (%s)"
            .formatted(message.lines().findFirst().orElse("without a reason")),
        ("It is unpacked to %s, which must be writable and allow execution; choose another folder"
                + " with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER. JOCL has one for Linux and macOS"
                + " on x86-64 and ARM64 and for Windows on x86-64.")
            .formatted(System.getProperty("java.io.tmpdir")));
  }

  static List<String> names(String operatingSystem) {
    String system = operatingSystem.toLowerCase(Locale.ROOT);
    if (system.startsWith("windows")) {
      return List.of("OpenCL.dll");
    }
    if (system.startsWith("mac")) {
      return List.of("/System/Library/Frameworks/OpenCL.framework/Versions/Current/OpenCL");
    }
    return List.of("libOpenCL.so.1", "libOpenCL.so");
  }

  @SuppressWarnings("restricted") // it is opened to be asked for one name; JOCL calls it
  private static boolean isLoader(String name, Arena arena) {
    try {
      return SymbolLookup.libraryLookup(name, arena).find(ENTRY).isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
