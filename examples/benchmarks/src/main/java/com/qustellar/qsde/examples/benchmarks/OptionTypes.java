package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are read: each kind of them in a class. */
final class OptionTypes {

  private OptionTypes() {}

  /** So many files of a size. */
  record Folder(int count, long size) {}

  static final class Files implements ITypeConverter<Folder> {

    private static final Pattern FILES = Pattern.compile("([1-9]\\d{0,6})x(.+)");

    @Override
    public Folder convert(String text) {
      Matcher matcher = FILES.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + text + "' is not such as 5000x16K");
      }
      return new Folder(Integer.parseInt(matcher.group(1)), new Bytes().convert(matcher.group(2)));
    }
  }

  static final class Connections implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (text.equalsIgnoreCase("auto")) {
        return Limits.AUTO;
      }
      if (!text.matches("[1-9]\\d{0,3}")) {
        throw new TypeConversionException("'" + text + "' is neither a number from 1 up nor auto");
      }
      return Integer.valueOf(text);
    }
  }

  static final class Bytes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return Size.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
