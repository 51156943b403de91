package com.qustellar.qsde.internal.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Optional;

/** Bytes that may be text. */
public final class Decoding {

  private Decoding() {}

  /**
   * {@return the text that bytes are, empty where they are none of the charset}
   *
   * @param bytes all of it
   * @param charset in which it would be written
   */
  public static Optional<String> decode(byte[] bytes, Charset charset) {
    try {
      return Optional.of(charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }
}
