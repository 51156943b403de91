package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.progress.Figures;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as {@code 65536}, {@code 64K} or {@code 1g}: powers of 1024. */
final class Sizes implements ITypeConverter<Long> {
  /** Returns a bound as the library takes it: 0 is none, as it is for curl and aria2. */
  static long bound(long size) {
    return size == 0 ? Limits.UNLIMITED : size;
  }

  @Override
  public Long convert(String text) {
    try {
      return Figures.parseSize(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
