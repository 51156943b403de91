package com.qustellar.qsde.internal.http;

import com.qustellar.qsde.internal.http.ResponseVerdict.AskWithoutRange;
import com.qustellar.qsde.internal.http.ResponseVerdict.Changed;
import com.qustellar.qsde.internal.http.ResponseVerdict.Empty;
import com.qustellar.qsde.internal.http.ResponseVerdict.Failed;
import com.qustellar.qsde.internal.http.ResponseVerdict.Invalid;
import com.qustellar.qsde.internal.http.ResponseVerdict.NotModified;
import com.qustellar.qsde.internal.http.ResponseVerdict.Partial;
import com.qustellar.qsde.internal.http.ResponseVerdict.RangesRefused;
import com.qustellar.qsde.internal.http.ResponseVerdict.Redirect;
import com.qustellar.qsde.internal.http.ResponseVerdict.Unsatisfiable;
import com.qustellar.qsde.internal.http.ResponseVerdict.Whole;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges the head of a response before a byte of its body is used.
 *
 * <p>A server is free to send the whole file, or a range that overlaps the one asked for; what the
 * body <em>is</em> must be beyond doubt, else nothing of it is used. The numbers are RFC 9110's:
 * framing §8.6 (and RFC 9112 §6.3), 206 §15.3.7, Content-Range §14.4, 3xx §15.4, 416 §15.5.17.
 */
public final class ResponseRules {

  private ResponseRules() {}

  /**
   * {@return what a response is}
   *
   * <p>Not judged here, as it takes more than a head: whether the file is still the same ({@link
   * Validator#contradicts} and the total), and whether the body keeps what its head promises.
   *
   * @param head the response's head
   * @param asked the range that the request asked for, null where it had no Range field
   * @param first whether nothing is known of the file yet, so that the answer may be anything
   * @param conditional whether another version than a known one was asked for (RFC 9110 §13.1)
   */
  public static ResponseVerdict judge(
      ResponseHead head, @Nullable ByteRange asked, boolean first, boolean conditional) {
    return switch (head.status()) {
      case 200, 203 -> whole(head, asked == null || first);
      case 206 -> partial(head, asked, first);
      case 301, 302, 303, 307, 308 -> redirect(head);
      case 304 -> conditional ? new NotModified() : failed(head);
      // Some servers take any Range for a fault of the request.
      case 400 -> asked != null && first ? new AskWithoutRange() : failed(head);
      case 412 -> first ? failed(head) : new Changed(head.status());
      case 416 -> asked == null ? failed(head) : unsatisfied(head, first);
      default -> other(head);
    };
  }

  private static ResponseVerdict whole(ResponseHead head, boolean expected) {
    Framing framing = Framing.of(head);
    if (framing.fault() != null) {
      return new Invalid(framing.fault());
    }
    return expected
        ? new Whole(framing.length(), contentEncoding(head))
        : new RangesRefused(framing.length(), contentEncoding(head));
  }

  private static ResponseVerdict partial(
      ResponseHead head, @Nullable ByteRange asked, boolean first) {
    Framing framing = Framing.of(head);
    if (framing.fault() != null) {
      return new Invalid(framing.fault());
    }
    if (asked == null) {
      return new Invalid("it sent a part (206) though the whole file was asked for");
    }
    if (isMultipart(head)) {
      return new Invalid("it sent multipart/byteranges though a single range was asked for");
    }
    Optional<ContentRange> field = head.value("Content-Range").flatMap(ContentRange::parse);
    if (field.isEmpty() || !(field.get() instanceof ContentRange.Part part)) {
      return new Invalid("it sent a part (206) without one valid Content-Range");
    }
    ByteRange sent = part.range();
    if (framing.length().orElse(sent.length()) != sent.length()) {
      return new Invalid("its Content-Length contradicts its Content-Range");
    }
    if (!sent.contains(asked.start())) {
      return new Invalid("it sent the range " + sent + " though " + asked + " was asked for");
    }
    Partial partial = new Partial(sent, sent.intersect(asked), part.total(), contentEncoding(head));
    return first && !canHaveSiblings(partial, head) ? new AskWithoutRange() : partial;
  }

  /**
   * A part of nobody knows how much can't be planned with. And a body that was coded on the fly may
   * be another one every time: only one strong entity tag, of one coding, makes its parts fit.
   */
  private static boolean canHaveSiblings(Partial partial, ResponseHead head) {
    if (partial.total().isEmpty()) {
      return false;
    }
    Optional<String> coding = partial.contentEncoding();
    if (coding.isEmpty()) {
      return true;
    }
    EntityTag etag = Validator.of(head).etag();
    return coding.get().indexOf(',') < 0 && etag != null && !etag.weak();
  }

  private static ResponseVerdict redirect(ResponseHead head) {
    Optional<String> location = head.value("Location");
    return location.isPresent()
        ? new Redirect(location.get())
        : new Invalid("it redirects (" + head.status() + ") without one Location");
  }

  private static ResponseVerdict unsatisfied(ResponseHead head, boolean first) {
    OptionalLong total =
        head.value("Content-Range").flatMap(ContentRange::parse).stream()
            .filter(ContentRange.Unsatisfied.class::isInstance)
            .mapToLong(field -> ((ContentRange.Unsatisfied) field).total())
            .findFirst();
    if (!first) {
      return new Unsatisfiable(total);
    }
    return total.isPresent() && total.getAsLong() == 0 ? new Empty() : new AskWithoutRange();
  }

  private static ResponseVerdict other(ResponseHead head) {
    int status = head.status();
    if (status >= 300 && status <= 999) {
      return failed(head);
    }
    return new Invalid("its status " + status + " is no answer to the request");
  }

  private static Failed failed(ResponseHead head) {
    return new Failed(
        head.status(),
        head.value("Retry-After").flatMap(value -> RetryAfter.parse(value, head.date())));
  }

  private static boolean isMultipart(ResponseHead head) {
    for (String type : head.lines("Content-Type")) {
      if (type.strip().toLowerCase(Locale.ROOT).startsWith("multipart/byteranges")) {
        return true;
      }
    }
    return false;
  }

  private static Optional<String> contentEncoding(ResponseHead head) {
    List<String> elements = head.elements("Content-Encoding");
    if (elements.isEmpty()) {
      return Optional.empty();
    }
    String codings =
        elements.stream()
            .map(coding -> coding.toLowerCase(Locale.ROOT))
            .filter(coding -> !coding.equals("identity"))
            .collect(Collectors.joining(", "));
    return codings.isEmpty() ? Optional.empty() : Optional.of(codings);
  }

  /** How the body ends: after a known number of bytes, or when it says so; or nobody can tell. */
  private record Framing(OptionalLong length, @Nullable String fault) {

    static Framing of(ResponseHead head) {
      List<String> lengths = head.lines("Content-Length");
      List<String> codings = head.elements("Transfer-Encoding");
      if (!codings.isEmpty()) {
        if (!lengths.isEmpty()) {
          return faulty("it has both a Transfer-Encoding and a Content-Length");
        }
        // A coding besides chunked would have to be asked for in TE (RFC 9110 §10.1.4).
        boolean chunked = codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
        return chunked
            ? new Framing(OptionalLong.empty(), null)
            : faulty("it has a Transfer-Encoding that was not asked for");
      }
      return lengths.isEmpty() ? new Framing(OptionalLong.empty(), null) : length(lengths);
    }

    /** The same number twice is one number (RFC 9110 §8.6); anything else is a fault. */
    private static Framing length(List<String> lines) {
      OptionalLong length = Decimal.parse(lines.get(0).strip());
      if (lines.size() == 1 && length.isPresent()) {
        return new Framing(length, null);
      }
      List<OptionalLong> lengths =
          lines.stream()
              .flatMap(line -> List.of(line.split(",", -1)).stream())
              .map(value -> Decimal.parse(value.strip()))
              .distinct()
              .toList();
      if (lengths.size() > 1) {
        return faulty("it has more than one Content-Length");
      }
      return lengths.get(0).isPresent()
          ? new Framing(lengths.get(0), null)
          : faulty("its Content-Length is not a length");
    }

    private static Framing faulty(String fault) {
      return new Framing(OptionalLong.empty(), fault);
    }
  }
}
