package org.polyak.bench.peers.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's serialisation, protocol 2, as far as an object with plain attributes needs it. */
final class Pickle {
  private static final int PROTOCOL = 0x80;
  private static final int NEW_OBJECT = 0x81;
  private static final int TRUE = 0x88;
  private static final int FALSE = 0x89;

  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  private Pickle() {
    bytes.put((byte) PROTOCOL).put((byte) 2);
  }

  /** The tuple of nothing. */
  static byte[] emptyTuple() {
    return new Pickle().code(')').end();
  }

  /**
   * An object.
   *
   * @param module of its class
   * @param name of its class
   * @param attributes texts, integers, doubles, truth values; null is None
   * @throws IllegalArgumentException for an attribute of another type
   */
  static byte[] object(String module, String name, Map<String, @Nullable Object> attributes) {
    Pickle pickle = new Pickle().code('c').line(module).line(name).code(')').code(NEW_OBJECT);
    pickle.code('}').code('(');
    attributes.forEach((key, value) -> pickle.text(key).value(value));
    return pickle.code('u').code('b').end();
  }

  private Pickle value(@Nullable Object value) {
    return switch (value) {
      case null -> code('N');
      case String text -> text(text);
      case Boolean truth -> code(truth ? TRUE : FALSE);
      case Integer number -> {
        code('J').bytes.putInt(number);
        yield this;
      }
      case Double number -> {
        code('G').bytes.putLong(Long.reverseBytes(Double.doubleToLongBits(number)));
        yield this;
      }
      default -> throw new IllegalArgumentException("Not an attribute: " + value);
    };
  }

  private Pickle text(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    code('X').bytes.putInt(octets.length).put(octets);
    return this;
  }

  private Pickle line(String text) {
    bytes.put(text.getBytes(StandardCharsets.US_ASCII));
    return code('\n');
  }

  private Pickle code(int code) {
    bytes.put((byte) code);
    return this;
  }

  private byte[] end() {
    code('.');
    byte[] all = new byte[bytes.flip().remaining()];
    bytes.get(all);
    return all;
  }
}
