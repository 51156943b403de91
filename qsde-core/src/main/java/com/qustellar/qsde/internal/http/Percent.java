package com.qustellar.qsde.internal.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.Optional;

/** Percent-encoded text (RFC 3986 §2.1). */
final class Percent {

  private Percent() {}

  /** {@return the text, empty where an escape is broken or its bytes are none of the charset} */
  static Optional<String> decode(String encoded, Charset charset) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    int at = 0;
    for (int escape = encoded.indexOf('%'); escape >= 0; escape = encoded.indexOf('%', at)) {
      bytes.writeBytes(encoded.substring(at, escape).getBytes(charset));
      at = escape + 3;
      int high = at <= encoded.length() ? hex(encoded.charAt(escape + 1)) : -1;
      int low = at <= encoded.length() ? hex(encoded.charAt(escape + 2)) : -1;
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      bytes.write(high << 4 | low);
    }
    bytes.writeBytes(encoded.substring(at).getBytes(charset));
    return Decoding.decode(bytes.toByteArray(), charset);
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
