package com.qustellar.qsde.reactor.torture;

import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Attempts that share an origin and a disk, each with a directory of its own. It has the seed's
 * name, as the path of its requests has, so that each is asked about what is its own.
 */
final class Attempts<A extends Attempts.One> {

  /** One attempt. */
  interface One {
    /** Returns what it came to, in a word or two for the figures. */
    String run() throws Exception;

    /** Answers a request of its download. */
    Reply answer(RecordedRequest request);

    /** Something is about to be done in its directory. */
    void before(Operation operation) throws IOException;
  }

  private final Map<String, A> running = new ConcurrentHashMap<>();

  /** Makes and runs one in a directory below, of which nothing is left afterwards. */
  String run(long seed, Path parent, BiFunction<Long, Path, A> made) throws IOException {
    String name = Long.toString(seed);
    Path directory = Files.createDirectory(parent.resolve(name));
    A attempt = made.apply(seed, directory);
    running.put(name, attempt);
    try {
      return attempt.run();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + attempt, e);
    } finally {
      running.remove(name);
      Leftovers.delete(directory);
    }
  }

  /** Has the attempt answer whose request it is. */
  Reply answer(RecordedRequest request, Reply unknown) {
    A attempt = running.get(request.path().substring(1));
    // A request may still be on its way when its download has ended.
    return attempt == null ? unknown : attempt.answer(request);
  }

  /** Tells the attempt in whose directory something is about to be done. */
  void before(Operation operation, Path path) throws IOException {
    A attempt = running.get(path.getParent().getFileName().toString());
    if (attempt != null) {
      attempt.before(operation);
    }
  }
}
