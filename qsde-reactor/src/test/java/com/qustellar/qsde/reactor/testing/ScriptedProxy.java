package com.qustellar.qsde.reactor.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** An HTTP proxy that takes requests in absolute form and tunnels, or refuses to. */
public final class ScriptedProxy extends RelayServer {

  // Guarded by this.
  private final List<RecordedRequest> requests = new ArrayList<>();
  private @Nullable String credentials;
  private @Nullable String answer;
  private int answers;
  private @Nullable CountDownLatch silence;

  private ScriptedProxy() {
    super("proxy");
  }

  /** Starts one on a free port. */
  public static ScriptedProxy start() {
    return new ScriptedProxy();
  }

  /** Returns its URI. */
  public String uri() {
    return "http://127.0.0.1:" + port();
  }

  /** Wants these, as {@code name:password}; answers 407 without. */
  public synchronized void wants(String nameAndPassword) {
    byte[] bytes = nameAndPassword.getBytes(StandardCharsets.UTF_8);
    credentials = "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  /** Answers the next requests with a status of its own, such as {@code 502 Bad Gateway}. */
  public synchronized void answers(int times, String status) {
    answers = times;
    answer = status;
  }

  /** Takes requests and says nothing until the latch opens, and then hangs up. */
  public synchronized void saysNothingUntil(CountDownLatch latch) {
    silence = latch;
  }

  /** Returns what has been asked for, in absolute form or with CONNECT. */
  public synchronized List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  void serve(Socket client) throws IOException {
    InputStream in = new BufferedInputStream(client.getInputStream());
    int number = acceptedConnections();
    for (Optional<RecordedRequest> next = read(number, in);
        next.isPresent();
        next = read(number, in)) {
      RecordedRequest request = next.get();
      String own = answerTo(request);
      if (own != null) {
        write(client, own);
      } else if (request.method().equals("CONNECT")) {
        String target = request.target();
        Socket server = dial(Integer.parseInt(target.substring(target.lastIndexOf(':') + 1)));
        write(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        relay(client, server);
        return;
      } else {
        forward(request, client);
      }
    }
  }

  private @Nullable String answerTo(RecordedRequest request) throws IOException {
    CountDownLatch quiet;
    synchronized (this) {
      requests.add(request);
      quiet = silence;
      boolean known =
          credentials == null
              || request.header("Proxy-Authorization").equals(Optional.of(credentials));
      if (!known) {
        return status("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"p\"");
      }
      if (answers > 0) {
        answers--;
        return status(String.valueOf(answer), "X-From: proxy");
      }
    }
    if (quiet != null) {
      try {
        quiet.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("nothing to say");
    }
    return null;
  }

  private static String status(String status, String field) {
    return "HTTP/1.1 " + status + "\r\n" + field + "\r\nContent-Length: 7\r\n\r\nrefused";
  }

  /** The origin closes behind its answer, the client's connection stays. */
  private void forward(RecordedRequest request, Socket client) throws IOException {
    URI uri = URI.create(request.target());
    try (Socket server = dial(uri.getPort())) {
      String target = request.target().substring(request.target().indexOf('/', "http://".length()));
      StringBuilder head = new StringBuilder("GET " + target + " HTTP/1.1\r\n");
      for (Map.Entry<String, String> field : request.headers()) {
        if (!field.getKey().equalsIgnoreCase("Proxy-Authorization")) {
          head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
        }
      }
      write(server, head.append("Connection: close\r\n\r\n").toString());
      copy(server, client);
    }
  }

  private static Optional<RecordedRequest> read(int number, InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      head.append((char) next);
    }
    String[] lines = head.toString().split("\r\n", -1);
    String[] start = lines[0].split(" ", -1);
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (int i = 1; !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      fields.add(Map.entry(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
    }
    return Optional.of(new RecordedRequest(number, start[0], start[1], fields));
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
