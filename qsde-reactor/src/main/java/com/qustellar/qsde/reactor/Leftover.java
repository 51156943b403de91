package com.qustellar.qsde.reactor;

import java.net.URI;
import java.nio.file.Path;

/**
 * What a download has left of a target for a later run. It is that run's as soon as it has gone on
 * with it, or has left something of its own.
 *
 * @param target the file that it is of
 * @param journal as it was left
 */
record Leftover(Path target, JournalFile.Mark journal) {

  /** Deletes it, unless it is another's by now. Blocks. */
  void delete(URI uri) {
    PartName.discard(uri, target, this::isOurs);
  }

  /** What has no journal that can be used is of use to nobody. */
  private boolean isOurs() {
    return JournalFile.mark(target).map(journal::equals).orElse(true);
  }
}
