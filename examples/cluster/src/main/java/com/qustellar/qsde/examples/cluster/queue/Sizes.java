package com.qustellar.qsde.examples.cluster.queue;

import com.qustellar.qsde.internal.progress.Figures;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as {@code 65536}, {@code 64K} or {@code 1g}: powers of 1024. */
public final class Sizes implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    try {
      return Figures.parseSize(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
