package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The command was used in a way that cannot work; nothing has been done. */
@SuppressWarnings("serial")
final class UsageException extends RuntimeException {

  UsageException(@Nullable String message) {
    super(message);
  }

  /** Returns what the supplier does, and takes the library's refusals for wrong usage. */
  static <T> T check(Supplier<T> supplier) {
    try {
      return supplier.get();
    } catch (IllegalArgumentException | InvalidRequest e) {
      throw new UsageException(e.getMessage());
    }
  }
}
