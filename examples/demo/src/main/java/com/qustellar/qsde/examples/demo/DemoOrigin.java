package com.qustellar.qsde.examples.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP origin on loopback with ranges (RFC 9110 §14), which can be slow and can break a
 * connection on purpose.
 *
 * <p>It stands on the JDK's own server, so that what it proves of a client owes nothing to the
 * client's libraries.
 */
public final class DemoOrigin implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})?");
  private static final int CHUNK = 16 * 1024;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(DemoOrigin::daemon);
  private final Map<String, DemoFile> files = new ConcurrentHashMap<>();
  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private final Set<String> continued = ConcurrentHashMap.newKeySet();
  private final LongAdder sent = new LongAdder();

  /** Starts the origin on a free port of the loopback address. */
  public DemoOrigin() {
    this(0);
  }

  /**
   * Starts the origin on the loopback address.
   *
   * @param port the port, 0 for a free one
   */
  public DemoOrigin(int port) {
    // Read once by the JDK: without it the head and the body of a small answer are 40 ms apart.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /**
   * {@return the address of a file, which is served from now on}
   *
   * @param file the file
   */
  public URI serve(DemoFile file) {
    files.put("/" + file.name(), file);
    return uri(file.name());
  }

  /**
   * {@return the address under which a file of that name is or would be}
   *
   * @param name the last element of the path
   */
  public URI uri(String name) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + name);
  }

  /**
   * {@return whether a connection was broken and the file was then asked for from that very byte
   * on}
   *
   * @param file a file that breaks
   */
  public boolean wasContinuedWhereItBroke(DemoFile file) {
    return continued.contains(file.name());
  }

  /** {@return how many bytes of files it has sent} */
  public long bytesSent() {
    return sent.sum();
  }

  /** Stops the origin; connections that are open are cut. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      DemoFile file = files.get(exchange.getRequestURI().getPath());
      if (file == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      Headers head = exchange.getResponseHeaders();
      head.set("ETag", etag(file));
      head.set("Content-Type", "application/octet-stream");
      head.set("Accept-Ranges", file.ranges() ? "bytes" : "none");
      Matcher range = range(file, exchange.getRequestHeaders());
      if (range == null) {
        exchange.sendResponseHeaders(200, file.size());
        send(file, 0, file.size(), exchange.getResponseBody());
        return;
      }
      long first = Long.parseLong(range.group(1));
      if (first >= file.size()) {
        head.set("Content-Range", "bytes */" + file.size());
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      long asked = range.group(2) == null ? Long.MAX_VALUE : Long.parseLong(range.group(2));
      long last = Math.min(asked, file.size() - 1);
      if (first == file.breakAt() && broken.contains(file.name())) {
        continued.add(file.name());
      }
      head.set("Content-Range", "bytes " + first + "-" + last + "/" + file.size());
      exchange.sendResponseHeaders(206, last - first + 1);
      send(file, first, last + 1, exchange.getResponseBody());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed, and the connections with it
    }
  }

  private static @Nullable Matcher range(DemoFile file, Headers request) {
    String range = request.getFirst("Range");
    String condition = request.getFirst("If-Range");
    if (!file.ranges() || range == null || (condition != null && !condition.equals(etag(file)))) {
      return null;
    }
    Matcher matcher = RANGE.matcher(range);
    return matcher.matches() ? matcher : null;
  }

  /**
   * Sends the bytes from one position to before another, or fewer if the connection is to break.
   */
  private void send(DemoFile file, long from, long to, OutputStream body)
      throws IOException, InterruptedException {
    boolean breaks = from <= file.breakAt() && file.breakAt() < to && broken.add(file.name());
    long end = breaks ? file.breakAt() : to;
    byte[] chunk = new byte[CHUNK];
    long start = System.nanoTime();
    for (long position = from; position < end; position += chunk.length) {
      int length = (int) Math.min(chunk.length, end - position);
      file.fill(chunk, length, position);
      body.write(chunk, 0, length);
      sent.add(length);
      pace(position + length - from, file.bytesPerSecond(), start);
    }
    body.flush();
  }

  /** Waits until so many bytes may have been sent. */
  private static void pace(long bytes, long bytesPerSecond, long start)
      throws InterruptedException {
    if (bytesPerSecond != DemoFile.UNPACED) {
      long due = start + (long) (bytes * 1e9 / bytesPerSecond);
      long millis = (due - System.nanoTime()) / 1_000_000;
      if (millis > 0) {
        Thread.sleep(millis);
      }
    }
  }

  private static String etag(DemoFile file) {
    return "\"" + file.name().hashCode() + "-" + file.size() + "\"";
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "demo-origin");
    thread.setDaemon(true);
    return thread;
  }
}
