package com.qustellar.qsde.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.internal.http.HeaderField;
import java.util.Base64;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A name and a password for Basic authentication (RFC 7617). */
record User(String name, String password) {

  /** Returns the field that carries both. */
  HeaderField header() {
    byte[] pair = (name + ":" + password).getBytes(UTF_8);
    return new HeaderField("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
  }

  @Override
  public String toString() {
    return "User[name=" + name + ", password=…]";
  }

  /** Reads {@code NAME:PASSWORD}; no message shows it. */
  static final class Converter implements ITypeConverter<User> {
    @Override
    public User convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 0) {
        throw new TypeConversionException("a user is a name, a colon and a password");
      }
      return new User(text.substring(0, colon), text.substring(colon + 1));
    }
  }
}
