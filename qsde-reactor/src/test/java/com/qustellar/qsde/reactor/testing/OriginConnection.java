package com.qustellar.qsde.reactor.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One connection of a {@link ScriptedOrigin}: reads a request, sends its answer, and so on. */
final class OriginConnection {

  private static final int LONGEST_HEAD = 64 * 1024;
  private static final int POLL_MILLIS = 5;

  private final ScriptedOrigin origin;
  private final Socket accepted;
  private final Socket socket;
  private final int number;
  private final Thread thread;

  OriginConnection(
      ScriptedOrigin origin, Socket accepted, Optional<ScriptedOrigin.Layer> layer, int number)
      throws IOException {
    this.origin = origin;
    this.accepted = accepted;
    this.socket = layer.isPresent() ? layer.get().over(accepted) : accepted;
    this.number = number;
    thread = new Thread(this::run, "origin-" + origin.port() + "-" + number);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Ends the connection from another thread. */
  void close() {
    try {
      accepted.close();
    } catch (IOException e) {
      // It is as closed as it can be.
    }
    thread.interrupt();
  }

  void join(Duration patience) throws InterruptedException {
    thread.join(patience.toMillis());
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " did not end");
    }
  }

  private void run() {
    try (accepted;
        socket) {
      serve();
    } catch (IOException e) {
      // The client went away or the origin was closed: what tests do on purpose.
    } finally {
      origin.ended(this);
    }
  }

  private void serve() throws IOException {
    try {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      boolean open = true;
      while (open) {
        Optional<RecordedRequest> request = read(in);
        open = request.isPresent() && send(request.get(), origin.decide(request.get()), in);
      }
    } catch (RuntimeException e) {
      // Before the client sees the end, so that failures stand in their order.
      origin.failed(e);
    }
  }

  /** Returns the next request, or nothing where the client has closed the connection. */
  private Optional<RecordedRequest> read(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.length() < 4 || text.lastIndexOf("\r\n\r\n") != text.length() - 4) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      text.append((char) next);
      if (text.length() > LONGEST_HEAD) {
        throw new IllegalStateException("a request without an end: " + text.substring(0, 200));
      }
    }
    String[] lines = text.toString().split("\r\n", -1);
    String[] start = lines[0].split(" ", -1);
    if (start.length != 3 || !start[2].equals("HTTP/1.1")) {
      throw new IllegalStateException("not a request line: " + lines[0]);
    }
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (int i = 1; !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1) {
        throw new IllegalStateException("not a header field: " + lines[i]);
      }
      headers.add(Map.entry(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
    }
    return Optional.of(new RecordedRequest(number, start[0], start[1], headers));
  }

  /** Sends an answer and returns whether the connection stays open. */
  private boolean send(RecordedRequest request, Reply reply, InputStream in) throws IOException {
    if (reply.delay().isPresent()) {
      await(reply.delay().get(), in);
    }
    OutputStream out = socket.getOutputStream();
    out.write(reply.head());
    if (!sendBody(request, reply, in, out)) {
      if (reply.breaking().equals(Optional.of(Reply.Break.RESET))) {
        accepted.setSoLinger(true, 0);
        accepted.close();
      }
      cut(reply);
      return false;
    }
    if (reply.isChunked()) {
      out.write(ascii("0\r\n\r\n"));
    }
    if (reply.isClosing()) {
      cut(reply);
    }
    boolean closeAsked = request.header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    return !reply.isClosing() && !closeAsked;
  }

  /** Closes what TLS is carried over, so that it cannot say goodbye. */
  private void cut(Reply reply) throws IOException {
    if (reply.isCut()) {
      accepted.close();
    }
  }

  /** Returns whether the body was sent to its end. */
  private boolean sendBody(RecordedRequest request, Reply reply, InputStream in, OutputStream out)
      throws IOException {
    Body body = reply.body();
    byte[] piece = new byte[(int) Math.min(reply.pieceSize(), body.length())];
    long began = System.nanoTime();
    long sent = 0;
    while (true) {
      if (sent == reply.breakAt()) {
        return false;
      }
      if (sent == reply.stallAt()) {
        await(reply.stall().orElseThrow(), in);
      }
      if (sent == body.length()) {
        return true;
      }
      long next = Math.min(sent + piece.length, body.length());
      next = sent < reply.stallAt() ? Math.min(next, reply.stallAt()) : next;
      next = Math.min(next, reply.breakAt());
      int count = (int) (next - sent);
      body.read(sent, piece, 0, count);
      if (reply.isChunked()) {
        out.write(ascii(Integer.toHexString(count) + "\r\n"));
      }
      out.write(piece, 0, count);
      if (reply.isChunked()) {
        out.write(ascii("\r\n"));
      }
      sent = next;
      origin.sent(request, sent);
      pause(began, sent, reply.bytesPerSecond());
    }
  }

  /** Waits for the latch and looks after the client: one that hangs up is noticed here, too. */
  private void await(CountDownLatch latch, InputStream in) throws IOException {
    socket.setSoTimeout(POLL_MILLIS);
    while (latch.getCount() > 0) {
      in.mark(1);
      try {
        if (in.read() < 0) {
          throw new EOFException("the client hung up");
        }
        in.reset();
        latch.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (SocketTimeoutException e) {
        // Nothing came and nobody left.
      } catch (InterruptedException e) {
        throw new IOException("the origin was closed", e);
      }
    }
    socket.setSoTimeout(0);
  }

  /** Waits until so many bytes are due at this speed. */
  private void pause(long began, long sent, long bytesPerSecond) throws IOException {
    if (bytesPerSecond == Long.MAX_VALUE) {
      return;
    }
    double dueNanos = (double) sent / bytesPerSecond * TimeUnit.SECONDS.toNanos(1);
    for (long left = Long.MAX_VALUE; left > 0; ) {
      if (socket.isClosed()) {
        throw new IOException("the origin was closed");
      }
      left = (long) dueNanos - (System.nanoTime() - began);
      LockSupport.parkNanos(this, left);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
