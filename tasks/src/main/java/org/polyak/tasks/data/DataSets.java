package org.polyak.tasks.data;

import java.net.URI;
import java.util.List;
import org.polyak.tasks.Suggestion;
import org.polyak.tasks.UserException;

/** The published data sets that the tasks read, with their owners' addresses and checksums. */
public final class DataSets {
  /** The name of MNIST's training images. */
  public static final String MNIST_TRAINING_IMAGES = "train-images-idx3-ubyte.gz";

  /** The name of MNIST's test images. */
  public static final String MNIST_TEST_IMAGES = "t10k-images-idx3-ubyte.gz";

  /** The name of the one text of Tiny Shakespeare. */
  public static final String SHAKESPEARE_TEXT = "input.txt";

  /** The handwritten digits of LeCun and Cortes. */
  public static final DataSet MNIST =
      new DataSet(
          "mnist",
          "task mnist",
          "no licence stated by its owners Y. LeCun and C. Cortes; derived from NIST SD-1 and SD-3",
          List.of(
              mnist(MNIST_TRAINING_IMAGES, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
              mnist("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
              mnist(MNIST_TEST_IMAGES, "9fb629c4189551a2d022fa330f9573f3"),
              mnist("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c")));

  /** Forty thousand lines of Shakespeare. */
  public static final DataSet TINY_SHAKESPEARE =
      new DataSet(
          "tiny-shakespeare",
          "task text, when task.path names no other text",
          "public domain",
          List.of(
              new DataFile(
                  SHAKESPEARE_TEXT,
                  URI.create(
                      "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/"
                          + "tinyshakespeare/input.txt"),
                  Checksum.sha256(
                      "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"))));

  private DataSets() {}

  /** All of them. */
  public static List<DataSet> all() {
    return List.of(MNIST, TINY_SHAKESPEARE);
  }

  /**
   * The data set with this name.
   *
   * @throws UserException.Usage when there is none
   */
  public static DataSet named(String name) {
    List<DataSet> all = all();
    return all.stream()
        .filter(set -> set.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new UserException.Usage(
                "There is no data set '%s'. %s"
                    .formatted(
                        name, Suggestion.hint(name, all.stream().map(DataSet::name).toList()))));
  }

  private static DataFile mnist(String file, String md5) {
    return new DataFile(
        file,
        URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/" + file),
        Checksum.md5(md5));
  }
}
