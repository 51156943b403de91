package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A client that hides nothing of what came. */
final class RawClient implements AutoCloseable {

  private final Socket socket;

  RawClient(ScriptedOrigin origin) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), origin.port());
    socket.setSoTimeout(10_000);
  }

  /** Sends a GET and returns the answer's status line and fields. */
  List<String> get(String target, String... headers) throws IOException {
    send("GET", target, headers);
    return head();
  }

  void send(String method, String target, String... headers) throws IOException {
    StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: a\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    write(request.append("\r\n").toString());
  }

  void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  List<String> head() throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no answer, only: " + head);
      }
      head.append((char) next);
    }
    return List.of(head.toString().split("\r\n"));
  }

  byte[] body(int count) throws IOException {
    return socket.getInputStream().readNBytes(count);
  }

  /** Returns everything up to the connection's end. */
  byte[] rest() throws IOException {
    return socket.getInputStream().readAllBytes();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
