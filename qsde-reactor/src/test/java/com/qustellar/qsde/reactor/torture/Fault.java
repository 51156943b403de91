package com.qustellar.qsde.reactor.torture;

import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** What an origin does to an answer that would be correct. */
enum Fault {
  RESET(4, Harm.NONE, (asked, random) -> asked.correct().resetAfter(asked.anywhere(random))),
  EARLY_FIN(4, Harm.NONE, (asked, random) -> asked.correct().closeAfter(asked.anywhere(random))),
  NO_ANSWER(2, Harm.NONE, (asked, random) -> Reply.nothing()),
  SILENCE(1, Harm.NONE, (asked, random) -> asked.correct().delayedUntil(Some.LATCH)),
  STALL(
      1,
      Harm.NONE,
      (asked, random) -> asked.correct().stallAfter(asked.anywhere(random), Some.LATCH)),
  /** Small pieces, for a tenth of a second. */
  TRICKLE(
      2,
      Harm.NONE,
      (asked, random) ->
          asked
              .correct()
              .pacedAt(10 * Math.max(1, asked.correct().body().length()))
              .inPiecesOf(500 + random.nextInt(3000))),
  BUSY(
      4,
      Harm.NONE,
      (asked, random) -> {
        Reply busy = Reply.status(Torture.any(Some.BUSY, random)).body(Body.of("busy"));
        return random.nextBoolean()
            ? busy
            : busy.header("Retry-After", Torture.any(Some.RETRY_AFTER, random));
      }),
  /** The connection is closed behind the answer, and nothing says so. */
  CLOSED_BEHIND(3, Harm.NONE, (asked, random) -> asked.correct().closing()),
  /**
   * Not too many pieces: a test's watch over buffers looks at its stack for each of them, and an
   * event loop would be silent for seconds.
   */
  CHUNKED(
      2,
      Harm.NONE,
      (asked, random) ->
          asked
              .correct()
              .chunked()
              .inPiecesOf(
                  1 + (int) (asked.correct().body().length() / 2000) + random.nextInt(30_000))),
  LESS_THAN_ASKED(
      2,
      Harm.NONE,
      (asked, random) ->
          asked.part(asked.from(), asked.from() + 1 + random.nextLong(asked.to() - asked.from()))),
  MORE_THAN_ASKED(
      2,
      Harm.NONE,
      (asked, random) ->
          asked.part(
              asked.from(), asked.to() + random.nextLong(asked.file().length() - asked.to() + 1))),
  EARLIER_THAN_ASKED(
      2, Harm.NONE, (asked, random) -> asked.part(random.nextLong(asked.from() + 1), asked.to())),
  /** Behind the last byte that was announced come others, which belong to nothing. */
  SURPLUS(2, Harm.NONE, (asked, random) -> asked.correct().sendingMore(1 + random.nextInt(3000))),
  GARBAGE(1, Harm.FATAL_AS_FIRST, (asked, random) -> Reply.raw(Torture.any(Some.NOT_HTTP, random))),
  /** Another part than the one that was asked for, or none that makes sense. */
  WRONG_PART(
      1,
      Harm.FATAL_AS_FIRST,
      (asked, random) -> asked.correct().header("Content-Range", asked.wrongRange(random))),
  WHOLE_INSTEAD(
      1,
      Harm.FATAL,
      (asked, random) ->
          asked.correct().withStatus(200).withoutHeader("Content-Range").body(asked.file())),
  GONE(
      1,
      Harm.FATAL,
      (asked, random) -> Reply.status(Torture.any(Some.GONE, random)).body(Body.of("no"))),
  /** From now on there is another file, which {@link Scenario} knows. */
  CHANGED(1, Harm.NONE, (asked, random) -> asked.correct());

  /** Whether a download may fail of it. */
  private enum Harm {
    NONE,
    FATAL_AS_FIRST,
    FATAL
  }

  private interface Spoiler {
    Reply spoil(Asked asked, Random random);
  }

  private static final List<Fault> WEIGHTED =
      Stream.of(values()).flatMap(it -> Collections.nCopies(it.weight, it).stream()).toList();

  private final int weight;
  private final Harm harm;

  @SuppressWarnings("ImmutableEnumChecker") // They are functions that hold nothing.
  private final Spoiler spoiler;

  Fault(int weight, Harm harm, Spoiler spoiler) {
    this.weight = weight;
    this.harm = harm;
    this.spoiler = spoiler;
  }

  /** Returns one of them, the harmless more often. */
  static Fault any(Random random) {
    return Torture.any(WEIGHTED, random);
  }

  /** Returns whether only an answer with a part can have it. */
  boolean needsPart() {
    return switch (this) {
      case LESS_THAN_ASKED, MORE_THAN_ASKED, EARLIER_THAN_ASKED, WRONG_PART, WHOLE_INSTEAD -> true;
      default -> false;
    };
  }

  /**
   * Returns whether a download may fail of it.
   *
   * @param from where the part begins; at 0 it may be the very first answer
   */
  boolean mayBeFatal(long from) {
    return harm == Harm.FATAL || (harm == Harm.FATAL_AS_FIRST && from == 0);
  }

  /** Returns the answer with this fault. */
  Reply spoil(Asked asked, Random random) {
    return spoiler.spoil(asked, random);
  }

  /**
   * A request's correct answer, and the part that it asked for.
   *
   * @param to the offset after the part's last byte
   */
  record Asked(Reply correct, Body file, long from, long to) {

    private long anywhere(Random random) {
      return random.nextLong(correct.body().length() + 1);
    }

    private Reply part(long first, long end) {
      return correct
          .body(file.slice(first, end - first))
          .header("Content-Range", "bytes %d-%d/%d".formatted(first, end - 1, file.length()));
    }

    private String wrongRange(Random random) {
      long total = file.length();
      return Torture.any(
          List.of(
              "bytes %d-%d/%d".formatted(from + 1, to, total + 1),
              "bytes %d-%d/%d".formatted(from, to, total + 1),
              "bytes %d-%d/%d".formatted(to, from, total),
              "bytes */" + total,
              "lines 1-2/3",
              ""),
          random);
    }
  }

  /** What the faults choose from. */
  private static final class Some {
    static final CountDownLatch LATCH = new CountDownLatch(1);
    static final List<Integer> BUSY = List.of(408, 429, 500, 502, 503, 503, 504);
    static final List<Integer> GONE = List.of(403, 404, 410, 501);
    static final List<String> RETRY_AFTER =
        List.of("0", "1", "3", "Thu, 01 Jan 2026 00:00:00 GMT", "soon");
    static final List<String> NOT_HTTP =
        List.of(
            "garbage\r\n\r\n",
            "HTTP/1.1 206 Part\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HTTP/1.1 206 Part\r\nContent-Length: -1\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nX: " + "y".repeat(70_000) + "\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "\u0000\u0001\u0002");
  }
}
