package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * That somebody of this JVM has the name of a part file, and nobody else. Asking the operating
 * system would not do: a process that opens and closes a file loses every lock that it has on it
 * (fcntl(2)).
 */
final class NameHold {

  private static final Map<Object, NameHold> HELD = new ConcurrentHashMap<>();

  private final Object key;
  private final boolean brief;
  private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

  private NameHold(Object key, boolean brief) {
    this.key = key;
    this.brief = brief;
  }

  /**
   * Takes a name. Blocks while another has it briefly.
   *
   * @param part the path that has the name
   * @param brief whether it is only to delete the file: others wait for that
   * @throws FileAccess if another has it, and not briefly
   */
  static NameHold take(URI uri, Path target, Path part, boolean brief) {
    NameHold mine = new NameHold(key(uri, target, part), brief);
    for (NameHold other; (other = HELD.putIfAbsent(mine.key, mine)) != null; other.over.join()) {
      if (!other.brief) {
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
    }
    return mine;
  }

  /** Lets others have the name. */
  void giveBack() {
    HELD.remove(key, this);
    over.complete(null);
  }

  /** The same directory may have several paths: what tells it from another is of more use. */
  private static Object key(URI uri, Path target, Path part) {
    Path absolute = part.toAbsolutePath();
    Path directory = absolute.getParent();
    if (directory == null) {
      return absolute;
    }
    try {
      Object identity = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
      return identity == null
          ? directory.toRealPath().resolve(absolute.getFileName())
          : List.of(identity, absolute.getFileName());
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    }
  }
}
