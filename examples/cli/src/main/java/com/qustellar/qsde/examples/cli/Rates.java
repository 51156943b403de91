package com.qustellar.qsde.examples.cli;

import picocli.CommandLine.ITypeConverter;

/** Reads bytes a second: sizes, such as {@code 64K}, with {@code /s} behind them or without. */
final class Rates implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    return new Sizes().convert(text.replaceFirst("(?i)(?<=[0-9KMG])/s$", ""));
  }
}
