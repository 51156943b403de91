package com.qustellar.qsde.reactor.testing;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Content with its validators, answered as RFC 9110 wants it: 200, 206 for one range, 416, and
 * {@code If-Range} by strong comparison. Several ranges and units other than bytes are ignored.
 * Immutable: every wither returns a copy.
 */
public final class Resource {

  /** RFC 9110 §5.6.7, the fixed-length form. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final Pattern ONE_RANGE =
      Pattern.compile("bytes=(\\d*)-(\\d*)", Pattern.CASE_INSENSITIVE);

  private final Body body;
  private final Optional<String> etag;
  private final Optional<Instant> lastModified;
  private final boolean ranges;

  private Resource(
      Body body, Optional<String> etag, Optional<Instant> lastModified, boolean ranges) {
    this.body = body;
    this.etag = etag;
    this.lastModified = lastModified;
    this.ranges = ranges;
  }

  /** Returns content that accepts ranges, with a strong ETag made of its bytes and a fixed date. */
  public static Resource of(Body body) {
    int most = (int) Math.min(body.length(), 64);
    String start = body.slice(0, most).sha256().substring(0, 16);
    return new Resource(
        body,
        Optional.of("\"" + start + "-" + body.length() + "\""),
        Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
        true);
  }

  /** Sets the ETag, with its quotes and, if weak, its {@code W/}. */
  public Resource withEtag(String value) {
    return new Resource(body, Optional.of(value), lastModified, ranges);
  }

  /** Sets the modification date, cut to a second. */
  public Resource withLastModified(Instant value) {
    return new Resource(body, etag, Optional.of(value.truncatedTo(ChronoUnit.SECONDS)), ranges);
  }

  /** Drops both validators. */
  public Resource withoutValidators() {
    return new Resource(body, Optional.empty(), Optional.empty(), ranges);
  }

  /** Answers every request with 200 and the whole. */
  public Resource withoutRanges() {
    return new Resource(body, etag, lastModified, false);
  }

  /** Returns the ETag. */
  public Optional<String> etag() {
    return etag;
  }

  /** Returns the content. */
  public Body body() {
    return body;
  }

  /** Returns the correct answer to a request. */
  public Reply reply(RecordedRequest request) {
    if (!request.method().equals("GET")) {
      return Reply.status(405).header("Allow", "GET");
    }
    Optional<Matcher> asked =
        request
            .header("Range")
            .filter(range -> ranges && ifRangeHolds(request))
            .map(ONE_RANGE::matcher)
            .filter(Matcher::matches)
            .filter(match -> !(match.group(1).isEmpty() && match.group(2).isEmpty()));
    return asked.map(this::partial).orElseGet(() -> describe(Reply.status(200).body(body)));
  }

  private Reply partial(Matcher asked) {
    long length = body.length();
    long first;
    long last = length - 1;
    if (asked.group(1).isEmpty()) {
      long suffix = Long.parseLong(asked.group(2));
      first = suffix == 0 ? length : Math.max(0, length - suffix);
    } else {
      first = Long.parseLong(asked.group(1));
      if (!asked.group(2).isEmpty()) {
        long wanted = Long.parseLong(asked.group(2));
        if (wanted < first) {
          return describe(Reply.status(200).body(body));
        }
        last = Math.min(last, wanted);
      }
    }
    if (first >= length) {
      return describe(Reply.status(416)).header("Content-Range", "bytes */" + length);
    }
    return describe(Reply.status(206).body(body.slice(first, last - first + 1)))
        .header("Content-Range", "bytes " + first + "-" + last + "/" + length);
  }

  private boolean ifRangeHolds(RecordedRequest request) {
    return request
        .header("If-Range")
        .map(
            value ->
                value.startsWith("\"")
                    ? etag.filter(value::equals).isPresent()
                    : lastModified.map(HTTP_DATE::format).filter(value::equals).isPresent())
        .orElse(true);
  }

  private Reply describe(Reply reply) {
    Reply described = reply;
    if (ranges) {
      described = described.header("Accept-Ranges", "bytes");
    }
    if (etag.isPresent()) {
      described = described.header("ETag", etag.get());
    }
    if (lastModified.isPresent()) {
      described = described.header("Last-Modified", HTTP_DATE.format(lastModified.get()));
    }
    return described.header("Date", HTTP_DATE.format(Instant.now()));
  }
}
