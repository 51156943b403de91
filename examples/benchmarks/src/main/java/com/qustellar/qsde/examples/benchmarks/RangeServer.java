package com.qustellar.qsde.examples.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves one file over HTTP/1.1 on loopback: single byte ranges, keep-alive, an ETag, and the bytes
 * sent by the kernel with {@link FileChannel#transferTo}.
 *
 * <p>The origin where no nginx is installed, and where connections are to be slow. As a program it
 * is given the file, and the bytes a second of a connection, then which connection of a download is
 * a hundred times slower, where those are wanted. It prints its port on its first line and ends
 * with its standard input.
 */
final class RangeServer implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final int MAX_HEAD_BYTES = 16 * 1024;
  private static final int BACKLOG = 1024;
  private static final int SLOWER = 100;
  private static final int STEPS_A_SECOND = 50;
  private static final int LEAST_STEP = 4 << 10;

  private final ServerSocketChannel listener;
  private final Path file;
  private final long length;
  private final String etag;
  private final Pace pace;
  private final List<SocketChannel> ofDownload = new ArrayList<>();

  private RangeServer(ServerSocketChannel listener, Path file, Pace pace) throws IOException {
    this.listener = listener;
    this.file = file;
    this.pace = pace;
    this.length = Files.size(file);
    this.etag =
        String.format(Locale.ROOT, "\"%x-%x\"", length, Files.getLastModifiedTime(file).toMillis());
  }

  /**
   * How fast connections are.
   *
   * @param bytesPerSecond of each connection; {@link Long#MAX_VALUE} for as fast as it goes
   * @param slowOne which of a download's connections, counted from 1, is a hundred times slower; 0
   *     for none. A request for the file's first byte begins a download
   */
  record Pace(long bytesPerSecond, int slowOne) {

    static final Pace NONE = new Pace(Long.MAX_VALUE, 0);

    static Pace parse(List<String> words) {
      return words.isEmpty()
          ? NONE
          : new Pace(Long.parseLong(words.get(0)), Integer.parseInt(words.get(1)));
    }

    List<String> words() {
      return List.of(Long.toString(bytesPerSecond), Integer.toString(slowOne));
    }
  }

  public static void main(String[] args) throws IOException {
    List<String> words = List.of(args);
    try (RangeServer server =
        start(Path.of(words.get(0)), Pace.parse(words.subList(1, words.size())))) {
      System.out.println(server.port());
      while (System.in.read() >= 0) {
        // Whoever started this keeps the other end open for as long as it is wanted.
      }
    }
  }

  static RangeServer start(Path file, Pace pace) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    RangeServer server = new RangeServer(listener, file, pace);
    daemon("accept", server::accept);
    return server;
  }

  int port() {
    return listener.socket().getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, "range-server-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (listener.isOpen()) {
        SocketChannel connection = listener.accept();
        daemon("connection", () -> serve(connection));
      }
    } catch (IOException e) {
      if (listener.isOpen()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void serve(SocketChannel connection) {
    try (connection;
        FileChannel content = FileChannel.open(file, StandardOpenOption.READ)) {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      Heads heads = new Heads(connection);
      for (String head = heads.next(); head != null; head = heads.next()) {
        answer(head, connection, content);
      }
    } catch (IOException e) {
      // The client went away, as a cancelled download does.
    }
  }

  private void answer(String head, SocketChannel connection, FileChannel content)
      throws IOException {
    String[] lines = head.split("\r\n", -1);
    String method = lines[0].split(" ", 2)[0];
    Map<String, String> fields = fields(lines);
    if (!method.equals("GET") && !method.equals("HEAD")) {
      write(connection, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    boolean unchanged = fields.getOrDefault("If-Range", etag).equals(etag);
    Slice slice = Slice.of(unchanged ? fields.get("Range") : null, length);
    write(connection, responseHead(slice));
    if (method.equals("GET")) {
      send(slice, rate(slice.first(), connection), connection, content);
    }
  }

  private long rate(long first, SocketChannel connection) {
    if (pace.slowOne() == 0) {
      return pace.bytesPerSecond();
    }
    synchronized (ofDownload) {
      if (first == 0) {
        ofDownload.clear();
      }
      if (!ofDownload.contains(connection)) {
        ofDownload.add(connection);
      }
      boolean slow = ofDownload.indexOf(connection) == pace.slowOne() - 1;
      return slow ? pace.bytesPerSecond() / SLOWER : pace.bytesPerSecond();
    }
  }

  private static void send(Slice slice, long rate, SocketChannel connection, FileChannel content)
      throws IOException {
    long step = Math.max(LEAST_STEP, rate / STEPS_A_SECOND);
    long began = System.nanoTime();
    for (long sent = 0; sent < slice.length(); ) {
      long early = (long) (1e9 * sent / rate) - (System.nanoTime() - began);
      if (early > 0) {
        LockSupport.parkNanos(early);
      } else {
        long left = Math.min(slice.length() - sent, step);
        sent += content.transferTo(slice.first() + sent, left, connection);
      }
    }
  }

  private String responseHead(Slice slice) {
    StringBuilder head = new StringBuilder("HTTP/1.1 ");
    head.append(slice.statusLine()).append("\r\n");
    if (slice.status() == 206) {
      long last = slice.first() + slice.length() - 1;
      head.append("Content-Range: bytes " + slice.first() + "-" + last + "/" + length + "\r\n");
    } else if (slice.status() == 416) {
      head.append("Content-Range: bytes */" + length + "\r\n");
    }
    return head.append("Content-Length: " + slice.length() + "\r\n")
        .append("Content-Type: application/octet-stream\r\n")
        .append("Accept-Ranges: bytes\r\n")
        .append("ETag: " + etag + "\r\n\r\n")
        .toString();
  }

  private static Map<String, String> fields(String[] lines) {
    Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        fields.put(lines[i].substring(0, colon).trim(), lines[i].substring(colon + 1).trim());
      }
    }
    return fields;
  }

  private static void write(SocketChannel connection, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.hasRemaining()) {
      connection.write(bytes);
    }
  }

  /**
   * The part of the file that a request is answered with.
   *
   * @param status 200 for the whole file, 206 for a range of it, 416 for a range outside it
   */
  record Slice(int status, long first, long length) {

    /** Reads a {@code Range} field; what is no single byte range is ignored (RFC 9110, 14.2). */
    static Slice of(@Nullable String range, long fileLength) {
      Matcher matcher = RANGE.matcher(range == null ? "" : range);
      if (!matcher.matches() || matcher.group().equals("bytes=-")) {
        return new Slice(200, 0, fileLength);
      }
      boolean suffix = matcher.group(1).isEmpty();
      boolean open = matcher.group(2).isEmpty();
      long first = suffix ? 0 : Long.parseLong(matcher.group(1));
      long last = open ? fileLength - 1 : Long.parseLong(matcher.group(2));
      if (suffix) {
        first = Math.max(0, fileLength - last);
        last = fileLength - 1;
      } else if (!open && last < first) {
        return new Slice(200, 0, fileLength);
      }
      return first >= fileLength
          ? new Slice(416, 0, 0)
          : new Slice(206, first, Math.min(last, fileLength - 1) - first + 1);
    }

    String statusLine() {
      return switch (status) {
        case 200 -> "200 OK";
        case 206 -> "206 Partial Content";
        default -> "416 Range Not Satisfiable";
      };
    }
  }

  /** The heads of the requests that come over one connection; requests here have no bodies. */
  private static final class Heads {

    private final SocketChannel connection;
    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_HEAD_BYTES).flip();

    Heads(SocketChannel connection) {
      this.connection = connection;
    }

    /** Returns the next head without its blank line, or null at the end of the connection. */
    @Nullable String next() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int ended = 0; // How many bytes of the closing CR LF CR LF have been seen.
      while (ended < 4) {
        if (!buffer.hasRemaining() && !fill()) {
          return null;
        }
        byte next = buffer.get();
        boolean fits = next == (ended % 2 == 0 ? '\r' : '\n');
        ended = fits ? ended + 1 : next == '\r' ? 1 : 0;
        head.write(next);
        if (head.size() > MAX_HEAD_BYTES) {
          throw new IOException("request head too long");
        }
      }
      return head.toString(StandardCharsets.ISO_8859_1).strip();
    }

    private boolean fill() throws IOException {
      buffer.clear();
      int read = connection.read(buffer);
      buffer.flip();
      return read > 0;
    }
  }
}
