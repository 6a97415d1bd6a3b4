package org.polyak.tasks.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.UserException;

final class OutputFilesTest {
  /** A device of Linux that answers every write with "no space left". */
  private static final Path FULL_DISK = Path.of("/dev/full");

  @TempDir Path folder;

  @Test
  void replacesTheTargetAndLeavesNoTemporaryFile() throws IOException {
    Path target = folder.resolve("result.json");
    OutputFiles.write(target, "old");
    OutputFiles.write(target, "new");
    assertThat(target).hasContent("new");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  void keepsTheOldFileWhenTheContentFails() throws IOException {
    Path target = folder.resolve("result.json");
    OutputFiles.write(target, "old");
    assertThatThrownBy(() ->
            OutputFiles.write(
                target,
                out -> {
                  out.write('n');
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(UserException.Output.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("Free some space");
    assertThat(target).hasContent("old");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void saysThatTheDiskIsFull() throws IOException {
    Path target = folder.resolve("result.json");
    OutputFiles.write(target, "old");
    Files.createSymbolicLink(folder.resolve("result.json.tmp"), FULL_DISK);
    assertThatThrownBy(() -> OutputFiles.write(target, "new"))
        .isInstanceOfSatisfying(
            UserException.Output.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.OUTPUT_UNWRITABLE))
        .hasMessageContaining("No space left on device");
    assertThat(target).hasContent("old");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void saysThatTheDiskIsFullWhenALineCannotBeAppended() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("metrics.jsonl"), FULL_DISK);
    try (AppendedLines lines = AppendedLines.open(link)) {
      assertThatThrownBy(() -> lines.append("{}"))
          .isInstanceOf(UserException.Output.class)
          .hasMessageContaining("the disk is full");
    }
  }

  @Test
  void refusesAFolderThatIsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> OutputFiles.createFolder(file.resolve("run")))
        .isInstanceOf(UserException.Output.class)
        .hasMessageContaining(file.resolve("run").toString())
        .hasMessageContaining("--out");
  }

  @Test
  void refusesAFolderThatDoesNotExist() {
    assertThatThrownBy(() -> OutputFiles.write(folder.resolve("none/result.json"), "x"))
        .isInstanceOf(UserException.Output.class)
        .hasMessageContaining("the folder does not exist");
  }

  @Test
  void appendsLinesToWhatIsThere() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (AppendedLines lines = AppendedLines.open(file)) {
      lines.append("one");
    }
    try (AppendedLines lines = AppendedLines.open(file)) {
      lines.append("two");
      assertThat(Files.readString(file)).isEqualTo("one\ntwo\n");
    }
  }

  private Stream<String> files() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
