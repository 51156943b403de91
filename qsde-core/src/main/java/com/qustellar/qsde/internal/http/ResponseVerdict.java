package com.qustellar.qsde.internal.http;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What a response turns out to be, judged from its head by {@link ResponseRules}. */
public sealed interface ResponseVerdict {

  /**
   * A range of the file, the one that was asked for as far as anybody can tell.
   *
   * @param sent the bytes that the body has, which may begin earlier and end later than was asked
   * @param taken the bytes of them that were asked for, at least one
   * @param total the length of the whole file, empty where the server does not know it
   * @param contentEncoding the codings applied, in lower case; empty for identity
   */
  record Partial(
      ByteRange sent, ByteRange taken, OptionalLong total, Optional<String> contentEncoding)
      implements ResponseVerdict {

    /** {@return how many bytes at the body's beginning are to be discarded} */
    public long bytesToSkip() {
      return taken.start() - sent.start();
    }
  }

  /**
   * The whole file as a single stream from byte 0.
   *
   * @param length the length of the body, empty where it ends when it ends
   * @param contentEncoding the codings applied, in lower case; empty for identity
   */
  record Whole(OptionalLong length, Optional<String> contentEncoding) implements ResponseVerdict {}

  /**
   * The whole file where a later range of it was asked for: the server gives no ranges now, or the
   * file has changed, which the {@link Validator} tells.
   *
   * @param length the length of the body, empty where it ends when it ends
   * @param contentEncoding the codings applied, in lower case; empty for identity
   */
  record RangesRefused(OptionalLong length, Optional<String> contentEncoding)
      implements ResponseVerdict {}

  /** A file without a byte: the first range could not be satisfied because there is nothing. */
  record Empty() implements ResponseVerdict {}

  /**
   * The first range is of no use, as the server can't satisfy it or even understand it, or as
   * nobody can tell which others would fit: it is asked once more, without Range.
   */
  record AskWithoutRange() implements ResponseVerdict {}

  /**
   * The server can't satisfy a later range.
   *
   * @param total the length of the file as it is now, empty where the server does not tell
   */
  record Unsatisfiable(OptionalLong total) implements ResponseVerdict {}

  /**
   * The file is no longer the one that was begun: the condition of the request failed.
   *
   * @param status the status code
   */
  record Changed(int status) implements ResponseVerdict {}

  /**
   * The file is elsewhere.
   *
   * @param location the Location field, as it came
   */
  record Redirect(String location) implements ResponseVerdict {}

  /** The file is still of the version that the request has named. */
  record NotModified() implements ResponseVerdict {}

  /**
   * The server said no.
   *
   * @param status the status code
   * @param retryAfter how long it asks to wait, empty where it doesn't say
   */
  record Failed(int status, Optional<Duration> retryAfter) implements ResponseVerdict {}

  /**
   * The head contradicts HTTP, the request or itself: nothing of the body may be used, nor the
   * connection.
   *
   * @param reason what is wrong, as the end of a sentence; without any text of the server's
   */
  record Invalid(String reason) implements ResponseVerdict {}
}
