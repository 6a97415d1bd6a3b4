package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What depends on the process: its environment, its JVM's options, and other processes. */
class ProcessesTest {
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  @TempDir private Path folder;

  /** The linker takes what stands in its path first, and these are no libraries. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aLoaderThatCannotBeLoadedIsMissedInWordsAndNothingElseIsPrinted() throws Exception {
    Path libraries = Files.createDirectory(folder.resolve("libraries"));
    for (String name : List.of("libOpenCL.so.1", "libOpenCL.so")) {
      Files.writeString(libraries.resolve(name), "This is no library, although it has its name.");
    }
    Child child = start(NATIVE, Map.of("LD_LIBRARY_PATH", libraries.toString()));
    assertThat(child.output())
        .startsWith("the OpenCL loader, libOpenCL.so.1, is missing or cannot be loaded. ")
        .contains("ocl-icd-libopencl1")
        .hasLineCount(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLoaderWithoutDriversSaysWhichOnesToInstall() throws Exception {
    TestDevice.require();
    Path vendors = Files.createDirectory(folder.resolve("vendors"));
    Child child = start(NATIVE, Map.of("OCL_ICD_VENDORS", vendors.toString()));
    assertThat(child.output())
        .startsWith("no OpenCL platform: ")
        .contains("pocl-opencl-icd", "/etc/OpenCL/vendors/nvidia.icd")
        .hasLineCount(1);
  }

  /** PoCL has no device when its list of devices is empty. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aDriverWithoutADeviceSaysWhatToLookFor() throws Exception {
    TestDevice.require();
    Path pocl = Path.of("/etc/OpenCL/vendors/pocl.icd");
    Assumptions.assumeTrue(Files.exists(pocl), () -> "PoCL is not registered in " + pocl);
    Path vendors = Files.createDirectory(folder.resolve("vendors"));
    Files.copy(pocl, vendors.resolve("pocl.icd"));
    Child child = start(NATIVE, Map.of("OCL_ICD_VENDORS", vendors.toString(), "POCL_DEVICES", ""));
    assertThat(child.output())
        .startsWith("no OpenCL device: 1 platform(s), none with a device. ")
        .contains("plugged in")
        .hasLineCount(1);
  }

  @Test
  void aJvmThatForbidsNativeCallsIsToldWhatToAllow() throws Exception {
    Child child = start("--illegal-native-access=deny", Map.of());
    assertThat(child.output())
        .startsWith("Java may not call native code here. ")
        .contains("--enable-native-access=jocl,org.polyak.opencl")
        .hasLineCount(1);
  }

  @Test
  void twoProcessesThatFillOneCacheAtOnceBothComputeRightly() throws Exception {
    TestDevice.require();
    Path cache = folder.resolve("cache");
    Child one = start(NATIVE, Map.of(), "type=cpu", "cache=" + cache);
    Child other = start(NATIVE, Map.of(), "type=cpu", "cache=" + cache);
    assertThat(one.output().strip()).isEqualTo("sum 2000.0");
    assertThat(other.output().strip()).isEqualTo("sum 2000.0");
    assertThat(files(cache)).isNotEmpty().noneMatch(file -> file.toString().endsWith(".tmp"));
  }

  @Test
  void damagedProgramsInTheCacheAreBuiltAnew() throws Exception {
    TestDevice.require();
    Path cache = folder.resolve("cache");
    start(NATIVE, Map.of(), "type=cpu", "cache=" + cache).output();
    List<Path> programs = files(cache);
    for (Path program : programs) {
      Files.writeString(program, "damaged");
    }
    assertThat(start(NATIVE, Map.of(), "type=cpu", "cache=" + cache).output().strip())
        .isEqualTo("sum 2000.0");
    assertThat(files(cache)).containsExactlyInAnyOrderElementsOf(programs);
    assertThat(programs).allMatch(file -> file.toFile().length() > "damaged".length());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private Child start(String access, Map<String, String> environment, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(access, "--class-path", System.getProperty("java.class.path")));
    command.add(ChildProgram.class.getName());
    command.addAll(List.of(options));
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new Child(builder.start(), output);
  }

  /**
   * A process that runs.
   *
   * @param process the process
   * @param file what it prints, errors too
   */
  private record Child(Process process, Path file) {
    /** All that it printed. */
    String output() throws IOException, InterruptedException {
      process.waitFor();
      return Files.readString(file);
    }
  }
}
