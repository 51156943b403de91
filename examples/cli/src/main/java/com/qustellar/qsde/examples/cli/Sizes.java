package com.qustellar.qsde.examples.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as {@code 65536}, {@code 64K} or {@code 1g}: powers of 1024. */
final class Sizes implements ITypeConverter<Long> {

  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,19})([KMG]?)", Pattern.CASE_INSENSITIVE);

  @Override
  public Long convert(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no size: give bytes, or a number and K, M or G, as in 64K");
    }
    int shift =
        switch (size.group(2)) {
          case "K", "k" -> 10;
          case "M", "m" -> 20;
          case "G", "g" -> 30;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(size.group(1)), 1L << shift);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is too large");
    }
  }
}
