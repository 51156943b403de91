package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.reactor.DownloadOutcome;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** What is done where a file has the name of a download already. */
enum Existing {
  /** The download fails. */
  fail,
  /** The file is kept, unless it should have had a digest that it doesn't have. */
  skip,
  /** The download gets another name. */
  rename,
  /** The file is replaced. */
  overwrite;

  /** Returns the file that an outcome says is to be kept; empty for any other outcome. */
  Optional<Path> kept(DownloadOutcome outcome) {
    return this == skip && outcome.request().checksum() == null
        ? taken(outcome, FileAccess.Reason.EXISTS)
        : Optional.empty();
  }

  /** Returns the file whose name the download can't have and must get another; else empty. */
  Optional<Path> renamed(DownloadOutcome outcome) {
    return this == rename
        ? taken(outcome, FileAccess.Reason.EXISTS)
            .or(() -> taken(outcome, FileAccess.Reason.IN_USE))
        : Optional.empty();
  }

  private static Optional<Path> taken(DownloadOutcome outcome, FileAccess.Reason reason) {
    return outcome instanceof DownloadOutcome.Failed failed
            && failed.error() instanceof FileAccess access
            && access.reason() == reason
        ? Optional.ofNullable(access.target())
        : Optional.empty();
  }

  /**
   * Returns the next name that nothing has: {@code a.1.zip}, {@code a.2.zip} and so on for {@code
   * a.zip}. Blocks.
   *
   * @param after the number that was tried last, 0 for none
   */
  static Numbered free(Path taken, int after) {
    String name = String.valueOf(taken.getFileName());
    int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
    for (int number = after + 1; ; number++) {
      Path file = taken.resolveSibling(name.substring(0, dot) + "." + number + name.substring(dot));
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return new Numbered(file, number);
      }
    }
  }

  /** A file and the number that its name has. */
  record Numbered(Path file, int number) {}
}
