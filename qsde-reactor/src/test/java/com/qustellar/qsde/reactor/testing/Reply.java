package com.qustellar.qsde.reactor.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a {@link ScriptedOrigin} sends, and how it misbehaves while it does. Positions count the
 * body's bytes, without the framing of chunks; one that lies behind the body's end has no effect.
 * Immutable: every method returns a copy.
 */
public final class Reply {

  /** How an answer that ends before its body does ends. */
  enum Break {
    CLOSE,
    RESET
  }

  // Written only between the copying constructor and the return to the caller.
  private int status;
  private List<Map.Entry<String, String>> headers = List.of();
  private Body body = Body.of("");
  private boolean chunked;
  private boolean closing;
  private boolean cut;
  private Optional<CountDownLatch> delay = Optional.empty();
  private Optional<CountDownLatch> stall = Optional.empty();
  private long stallAt = Long.MAX_VALUE;
  private Optional<Break> breaking = Optional.empty();
  private long breakAt = Long.MAX_VALUE;
  private long bytesPerSecond = Long.MAX_VALUE;
  private int pieceSize = 64 * 1024;

  private Reply() {}

  private Reply with(Consumer<Reply> change) {
    Reply copy = new Reply();
    copy.status = status;
    copy.headers = headers;
    copy.body = body;
    copy.chunked = chunked;
    copy.closing = closing;
    copy.cut = cut;
    copy.delay = delay;
    copy.stall = stall;
    copy.stallAt = stallAt;
    copy.breaking = breaking;
    copy.breakAt = breakAt;
    copy.bytesPerSecond = bytesPerSecond;
    copy.pieceSize = pieceSize;
    change.accept(copy);
    return copy;
  }

  /** Returns an empty answer with this status. */
  public static Reply status(int status) {
    return new Reply().with(it -> it.status = status).body(Body.of(""));
  }

  /** Returns a redirect to this {@code Location}. */
  public static Reply redirect(int status, String location) {
    return status(status).header("Location", location);
  }

  /** Returns these characters, verbatim from the status line on; then the connection closes. */
  public static Reply raw(String everything) {
    return raw(Body.of(everything.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Returns these bytes, verbatim from the status line on; then the connection closes. */
  public static Reply raw(Body everything) {
    return new Reply().sending(everything).closing();
  }

  /** Returns no answer at all: the connection closes before one, as a stale one does. */
  public static Reply nothing() {
    return raw("");
  }

  /** Changes the status and leaves the rest as it is. */
  public Reply withStatus(int newStatus) {
    return with(it -> it.status = newStatus);
  }

  /** Sets a field in place of those of the same name. */
  public Reply header(String name, String value) {
    return withoutHeader(name).addHeader(name, value);
  }

  /** Adds a field behind those of the same name. */
  public Reply addHeader(String name, String value) {
    List<Map.Entry<String, String>> more = new ArrayList<>(headers);
    more.add(Map.entry(name, value));
    return with(it -> it.headers = List.copyOf(more));
  }

  /** Drops every field of this name. */
  public Reply withoutHeader(String name) {
    return with(
        it ->
            it.headers =
                headers.stream()
                    .filter(header -> !header.getKey().equalsIgnoreCase(name))
                    .toList());
  }

  /** Sets the body and its {@code Content-Length}. */
  public Reply body(Body newBody) {
    return header("Content-Length", Long.toString(newBody.length())).sending(newBody);
  }

  /** Sets the body and leaves the {@code Content-Length}, which then may lie. */
  public Reply sending(Body newBody) {
    return with(it -> it.body = newBody);
  }

  /** Sends so many more bytes than the {@code Content-Length} says. */
  public Reply sendingMore(int surplus) {
    return sending(body.then(Body.random(surplus, surplus)));
  }

  /** Sends the body in chunks and no length. */
  public Reply chunked() {
    return withoutHeader("Content-Length")
        .header("Transfer-Encoding", "chunked")
        .with(it -> it.chunked = true);
  }

  /** Sends no length; the body ends where the connection does. */
  public Reply closeDelimited() {
    return withoutHeader("Content-Length").header("Connection", "close").closing();
  }

  /** Closes the connection behind this answer, without saying so. */
  public Reply closing() {
    return with(it -> it.closing = true);
  }

  /** Has TLS end without its close_notify where this answer closes the connection. */
  public Reply withoutCloseNotify() {
    return with(it -> it.cut = true);
  }

  /** Closes the connection after so many bytes of the body. */
  public Reply closeAfter(long bytes) {
    return breaking(Break.CLOSE, bytes);
  }

  /**
   * Resets the connection after so many bytes of the body. What the client's socket has not taken
   * by then is lost, as with any reset.
   */
  public Reply resetAfter(long bytes) {
    return breaking(Break.RESET, bytes);
  }

  private Reply breaking(Break how, long bytes) {
    return with(
        it -> {
          it.breaking = Optional.of(how);
          it.breakAt = bytes;
        });
  }

  /** Sends nothing, not even the status line, before the latch is down. */
  public Reply delayedUntil(CountDownLatch latch) {
    return with(it -> it.delay = Optional.of(latch));
  }

  /** Sends so many bytes of the body, and the others when the latch is down. */
  public Reply stallAfter(long bytes, CountDownLatch latch) {
    return with(
        it -> {
          it.stall = Optional.of(latch);
          it.stallAt = bytes;
        });
  }

  /** Sends the body at most at this speed. */
  public Reply pacedAt(long newBytesPerSecond) {
    return with(it -> it.bytesPerSecond = newBytesPerSecond)
        // Twenty pieces a second are smooth enough.
        .inPiecesOf((int) Math.max(1, Math.min(pieceSize, newBytesPerSecond / 20)));
  }

  /** Gives the body to the socket in pieces (and, if chunked, chunks) of at most this size. */
  public Reply inPiecesOf(int bytes) {
    return with(it -> it.pieceSize = bytes);
  }

  /** Returns the first value of a field. */
  public Optional<String> headerValue(String name) {
    return headers.stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Returns the status; 0 for an answer that is given verbatim. */
  public int status() {
    return status;
  }

  /** Returns the body. */
  public Body body() {
    return body;
  }

  boolean isChunked() {
    return chunked;
  }

  boolean isClosing() {
    return closing;
  }

  boolean isCut() {
    return cut;
  }

  Optional<CountDownLatch> delay() {
    return delay;
  }

  Optional<CountDownLatch> stall() {
    return stall;
  }

  long stallAt() {
    return stallAt;
  }

  Optional<Break> breaking() {
    return breaking;
  }

  long breakAt() {
    return breakAt;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }

  int pieceSize() {
    return pieceSize;
  }

  /** Returns the fields in lower case, as HTTP/2 wants them; one of a name. */
  Map<String, String> fields() {
    return headers.stream()
        .collect(
            Collectors.toMap(
                field -> field.getKey().toLowerCase(Locale.ROOT),
                Map.Entry::getValue,
                (first, second) -> second));
  }

  /** Returns the status line and the fields; nothing for an answer that is given verbatim. */
  byte[] head() {
    if (status == 0) {
      return new byte[0];
    }
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" Scripted\r\n");
    headers.forEach(
        header ->
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return "%d %s, %s".formatted(status, headers, body);
  }
}
