package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.internal.http.HeaderField;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads header fields such as {@code Name: value}. */
final class Headers implements ITypeConverter<HeaderField> {
  @Override
  public HeaderField convert(String text) {
    try {
      return HeaderField.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
