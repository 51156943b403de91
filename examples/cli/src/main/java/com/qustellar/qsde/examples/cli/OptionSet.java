package com.qustellar.qsde.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options, in the order in which help shows them; each supplies what it was given.
 *
 * <p>They are built: to read them from annotations would take a fifth of the command's start.
 */
final class OptionSet {

  private final List<OptionSpec> options = new ArrayList<>();

  /** Adds an option that takes no value. */
  Supplier<Boolean> flag(OptionSpec.Builder option) {
    return add(option.type(boolean.class).initialValue(false));
  }

  /** Adds an option with a value, which is null where the option is not given. */
  <T> Supplier<@Nullable T> value(Class<T> type, OptionSpec.Builder option) {
    return add(option.type(type));
  }

  /** Adds an option with a value that is read by a converter; null where it is not given. */
  <T> Supplier<@Nullable T> value(
      Class<T> type, ITypeConverter<T> converter, OptionSpec.Builder option) {
    return add(option.type(type).converters(converter));
  }

  /** Adds an option that may be repeated. */
  <T> Supplier<List<T>> values(
      Class<T> type, ITypeConverter<T> converter, OptionSpec.Builder option) {
    return add(
        option.type(List.class).auxiliaryTypes(type).converters(converter).initialValue(List.of()));
  }

  /** Gives a command these options, after those that it has. */
  void addTo(CommandSpec command) {
    options.forEach(command::addOption);
  }

  private <T> Supplier<T> add(OptionSpec.Builder builder) {
    OptionSpec option = builder.build();
    options.add(option);
    return option::getValue;
  }
}
