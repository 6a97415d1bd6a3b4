package org.polyak.bench.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run as JSON: the components of {@link RunRecord} under their names, after {@code format}, a
 * number that changes when their meaning does. All samples are in it, in seconds.
 */
public final class RunJson {
  /** Name of the file in a run's folder. */
  public static final String FILE = "run.json";

  private static final int FORMAT = 2;

  /** Had no peers: the backend computed every point. */
  private static final int WITHOUT_PEERS = 1;

  private static final String FORMAT_KEY = "format";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private RunJson() {}

  /** The text of a run. */
  public static String write(RunRecord run) {
    ObjectNode root = JSON.createObjectNode().put(FORMAT_KEY, FORMAT);
    root.setAll((ObjectNode) JSON.valueToTree(run));
    try {
      return JSON.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of JSON nodes can always be written.", e);
    }
  }

  /**
   * Reads a run.
   *
   * @param place a folder with {@value #FILE} in it, or such a file
   * @throws BadRunException when there is none, or it cannot be understood
   */
  public static RunRecord read(Path place) {
    Path file = Files.isDirectory(place) ? place.resolve(FILE) : place;
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new BadRunException(
          "There is no run at %s: %s does not exist. Name the folder that --out of a run named."
              .formatted(place, file),
          e);
    } catch (AccessDeniedException e) {
      throw unusable(file.toString(), "no permission to read it", e);
    } catch (CharacterCodingException e) {
      throw unusable(file.toString(), "it is no text", e);
    } catch (IOException e) {
      throw unusable(file.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Reads the text of a run.
   *
   * @param name what messages call it
   * @throws BadRunException when it cannot be understood
   */
  static RunRecord parse(String name, String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      if (!(tree instanceof ObjectNode root) || !root.path(FORMAT_KEY).isInt()) {
        throw unusable(name, "it is not the JSON of a run", null);
      }
      int format = root.path(FORMAT_KEY).intValue();
      if (format == WITHOUT_PEERS) {
        addContenders(root);
      } else if (format != FORMAT) {
        throw unusable(
            name,
            "its format is %d, and this version of Polyak reads %d".formatted(format, FORMAT),
            null);
      }
      root.remove(FORMAT_KEY);
      return JSON.treeToValue(root, RunRecord.class);
    } catch (JsonProcessingException e) {
      throw unusable(name, reason(e), e);
    }
  }

  private static String reason(JsonProcessingException failure) {
    if (failure instanceof JsonMappingException mapping) {
      String place =
          mapping.getPath().stream()
              .map(step ->
                  step.getFieldName() == null
                      ? "[%d]".formatted(step.getIndex())
                      : "." + step.getFieldName())
              .collect(Collectors.joining());
      return "'%s' is missing, of the wrong kind, or unknown"
          .formatted(place.replaceFirst("^\\.", ""));
    }
    return "it is damaged in line %d".formatted(failure.getLocation().getLineNr());
  }

  private static void addContenders(ObjectNode root) {
    ObjectNode ours =
        JSON.createObjectNode()
            .put("kind", Contender.Kind.BACKEND.name())
            .put("id", root.path("backend").path("id").asText())
            .put("version", root.path("program").asText());
    root.putArray("peers");
    for (JsonNode point : root.path("points")) {
      if (point instanceof ObjectNode values) {
        values.put("difference", 0).set("by", ours);
      }
    }
  }

  private static BadRunException unusable(String name, String reason, @Nullable Exception cause) {
    return new BadRunException(
        "Cannot use the run %s: %s. Make it anew with polyak bench --suite."
            .formatted(name, reason),
        cause);
  }
}
