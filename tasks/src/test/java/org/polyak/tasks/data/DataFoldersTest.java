package org.polyak.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.UserException;

final class DataFoldersTest {
  /** Of the three bytes "abc" (RFC 1321). */
  private static final Checksum ABC = Checksum.md5("900150983cd24fb0d6963f7d28e17f72");

  private static final DataSet SET =
      new DataSet(
          "small",
          "tests",
          "none",
          List.of(
              new DataFile("one", URI.create("http://localhost/one"), ABC),
              new DataFile("two", URI.create("http://localhost/two"), ABC)));

  @TempDir Path folder;

  @Test
  void tellsMissingPresentAndCorruptApart() throws IOException {
    DataFolders folders = DataFolders.of(folder.resolve("data").toString(), folder);
    assertThat(folders.state(SET)).isEqualTo(new DataState.Missing(List.of("one", "two")));
    put("data", "one", "abc");
    assertThat(folders.state(SET)).isEqualTo(new DataState.Missing(List.of("two")));
    put("data", "two", "abc");
    assertThat(folders.state(SET)).isEqualTo(new DataState.Present(folder.resolve("data/small")));
    put("data", "two", "abd");
    assertThat(folders.state(SET))
        .isInstanceOfSatisfying(
            DataState.Corrupt.class,
            corrupt ->
                assertThat(corrupt.faults()).singleElement().asString().contains("small/two"));
  }

  @Test
  void looksInTheGivenFolderFirstAndThenAtHome() throws IOException {
    DataFolders folders = DataFolders.of(folder.resolve("data").toString(), folder);
    Path home = put(".polyak/data", "one", "abc");
    assertThat(folders.require(SET, "one")).isEqualTo(home);
    Path given = put("data", "one", "abc");
    assertThat(folders.require(SET, "one")).isEqualTo(given);
    assertThat(folders.target(SET)).isEqualTo(folder.resolve("data/small"));
  }

  @Test
  void saysWhatToPutWhere() {
    DataFolders folders = DataFolders.of(folder.resolve("data").toString(), folder);
    assertThatThrownBy(() -> folders.require(SET, "two"))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("polyak data fetch small")
        .hasMessageContaining("http://localhost/two")
        .hasMessageContaining(folder.resolve("data/small/two").toString());
  }

  @Test
  void suggestsTheNearestDataSet() {
    assertThat(DataSets.named("mnist")).isEqualTo(DataSets.MNIST);
    assertThatThrownBy(() -> DataSets.named("minst"))
        .isInstanceOf(UserException.Usage.class)
        .hasMessageContaining("Did you mean 'mnist'?");
  }

  private Path put(String root, String name, String content) throws IOException {
    Path file = folder.resolve(root).resolve("small").resolve(name);
    Files.createDirectories(folder.resolve(root).resolve("small"));
    return Files.writeString(file, content);
  }
}
