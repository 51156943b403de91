package com.qustellar.qsde.examples.cli;

import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time in seconds such as {@code 30} or {@code 0.5}. */
final class Seconds implements ITypeConverter<Duration> {

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

  @Override
  public Duration convert(String text) {
    if (!SECONDS.matcher(text).matches()) {
      throw new TypeConversionException("'" + text + "' is no time in seconds, as 30 or 0.5 is");
    }
    return Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
  }
}
