package com.qustellar.qsde.examples.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A header field to send. */
record Header(String name, String value) {

  /** Reads fields such as {@code Name: value}; no message shows one, as it may be a secret. */
  static final class Converter implements ITypeConverter<Header> {
    @Override
    public Header convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 1) {
        throw new TypeConversionException("a header is a name, a colon and a value");
      }
      return new Header(text.substring(0, colon), text.substring(colon + 1).strip());
    }
  }
}
