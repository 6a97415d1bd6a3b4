package org.polyak.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
  private static final String SOURCE =
      """
      kernel void constant_value(global int* out) {
        out[get_global_id(0)] = VALUE;
      }
      """;

  @TempDir private Path folder;
  private Queue queue;

  @BeforeEach
  void open() {
    queue = TestDevices.queue();
  }

  @AfterEach
  void close() {
    queue.close();
  }

  @Test
  void aSourceThatDoesNotBuildIsNamedWithOptionsDeviceAndTheCompilersLog() {
    String wrong = "kernel void broken(global int* out) { out[0] = no_such_name; }";
    assertThatThrownBy(() -> build("broken.cl", wrong, "-DVALUE=1"))
        .isInstanceOf(OpenClException.class)
        .hasMessageContaining("building broken.cl with '-DVALUE=1'")
        .hasMessageContaining(queue.device().name())
        .hasMessageContaining("no_such_name")
        .hasMessageContaining("CL_BUILD_PROGRAM_FAILURE");
    assertThat(files()).isEmpty();
  }

  @Test
  void aKernelThatIsNotThereIsNamedWithItsFile() {
    try (Program program = build("test.cl", SOURCE, "-DVALUE=1")) {
      assertThatThrownBy(() -> program.kernel("absent"))
          .isInstanceOf(OpenClException.class)
          .hasMessageContaining("kernel 'absent' of test.cl");
    }
  }

  @Test
  void aKernelThatNeedsMoreLocalMemoryThanThereIsSaysHowMuch() {
    long floats = 2 * queue.device().localMemoryBytes() / Float.BYTES;
    String greedy =
        """
        kernel void greedy(global float* out) {
          local float scratch[COUNT];
          scratch[get_local_id(0)] = get_global_id(0);
          barrier(CLK_LOCAL_MEM_FENCE);
          out[get_global_id(0)] = scratch[COUNT - 1 - get_local_id(0)];
        }
        """;
    try (Program program = build("greedy.cl", greedy, "-DCOUNT=" + floats)) {
      assertThatThrownBy(() -> program.kernel("greedy"))
          .isInstanceOf(OpenClException.class)
          .hasMessageContaining("'greedy' of greedy.cl needs")
          .hasMessageContaining("local memory")
          .hasMessageContaining("%,d".formatted(queue.device().localMemoryBytes()));
    }
  }

  @Test
  void aGroupThatIsTooLargeIsRefusedWithTheLargestOne() {
    long tooMany = 2 * queue.device().largestWorkGroup();
    try (Program program = build("test.cl", SOURCE, "-DVALUE=1");
        Kernel kernel = program.kernel("constant_value");
        Memory out = queue.allocate(tooMany * Integer.BYTES).orElseThrow()) {
      kernel.memory(out);
      assertThatThrownBy(() -> kernel.launch(queue, tooMany, tooMany))
          .isInstanceOf(OpenClException.class)
          .hasMessageContaining("'constant_value' cannot run in groups of %,d".formatted(tooMany))
          .hasMessageContaining("%,d at most".formatted(queue.device().largestWorkGroup()));
    }
  }

  @Test
  void aProgramIsKeptByItsSourceAndOptions() {
    assertThat(value("-DVALUE=1")).isEqualTo(1);
    assertThat(value("-DVALUE=2")).isEqualTo(2);
    assertThat(files()).hasSize(2);
    assertThat(value("-DVALUE=1")).isEqualTo(1);
    assertThat(files()).hasSize(2);
  }

  /** The checksum is right, and the driver still does not know the binary. */
  @Test
  void aBinaryThatTheDriverRefusesIsBuiltAnewAndReplaced() {
    assertThat(value("-DVALUE=3")).isEqualTo(3);
    String key = ProgramCache.key(queue.device(), SOURCE, "-DVALUE=3");
    byte[] refused = "not a program".getBytes(StandardCharsets.UTF_8);
    new ProgramCache(folder).keep(key, refused);
    assertThat(value("-DVALUE=3")).isEqualTo(3);
    assertThat(new ProgramCache(folder).find(key))
        .hasValueSatisfying(binary -> assertThat(binary).hasSizeGreaterThan(refused.length));
  }

  @Test
  void aFolderThatCannotBeWrittenCostsNoMoreThanTime() throws IOException {
    Path occupied = Files.writeString(folder.resolve("file"), "no folder");
    ProgramCache cache = new ProgramCache(occupied.resolve("below"));
    try (Program program = Program.build(queue, cache, "test.cl", SOURCE, "-DVALUE=4")) {
      assertThat(run(program)).isEqualTo(4);
    }
  }

  private Program build(String name, String source, String options) {
    return Program.build(queue, new ProgramCache(folder), name, source, options);
  }

  private int value(String options) {
    try (Program program = build("test.cl", SOURCE, options)) {
      return run(program);
    }
  }

  private int run(Program program) {
    int[] result = {0};
    try (Kernel kernel = program.kernel("constant_value");
        Memory out = queue.allocate(Integer.BYTES).orElseThrow()) {
      kernel.memory(out).launch(queue, 1, 1);
      queue.read(out, 0, MemorySegment.ofArray(result));
    }
    return result[0];
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
