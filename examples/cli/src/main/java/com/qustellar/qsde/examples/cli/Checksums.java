package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Checksum;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads checksums such as {@code sha256:2cf2…}. */
final class Checksums implements ITypeConverter<Checksum> {
  @Override
  public Checksum convert(String text) {
    try {
      return Checksum.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
