package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.Body;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that carry one request after the other. */
class KeepAliveTest extends TestService {

  /** Answered at once, on the event loop. */
  private static final String AT_ONCE = "GET /limits HTTP/1.1\r\nHost: localhost\r\n\r\n";

  /** Answered later, on another thread. */
  private String file;

  @BeforeEach
  void addFile() {
    origin.serve("/small.bin", Body.random(1, 1000));
    String id = add(origin.uri("/small.bin"));
    awaitState(id, COMPLETED);
    file = "GET /downloads/" + id + "/file HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  private final class Kept implements AutoCloseable {

    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    private final DataInputStream in = new DataInputStream(socket.getInputStream());

    Kept() throws IOException {
      socket.setSoTimeout((int) PATIENCE.toMillis());
    }

    void send(String requests) throws IOException {
      socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
    }

    /** Reads a whole answer and returns its status. */
    int read() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.readUnsignedByte());
      }
      String length = head.toString().replaceFirst("(?is).*content-length: (\\d+).*", "$1");
      in.readFully(new byte[Integer.parseInt(length)]);
      return Integer.parseInt(head.substring(9, 12));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void aRequestThatCameBeforeTheLastAnswerHoldsUpNoneAfterIt() throws IOException {
    try (Kept kept = new Kept()) {
      kept.send(file + AT_ONCE);
      assertThat(kept.read()).isEqualTo(200);
      assertThat(kept.read()).isEqualTo(200);
      kept.send(AT_ONCE);
      assertThat(kept.read()).isEqualTo(200);
    }
  }

  @Test
  void manyRequestsOnManyConnectionsAreAllAnswered() {
    List<CompletableFuture<Void>> clients =
        IntStream.range(0, 8)
            .mapToObj(seed -> CompletableFuture.runAsync(() -> ask(new Random(seed))))
            .toList();
    clients.forEach(CompletableFuture::join);
  }

  /** Sends up to four requests at once, some of them in two pieces. */
  private void ask(Random random) {
    try (Kept kept = new Kept()) {
      for (int round = 0; round < 60; round++) {
        int requests = 1 + random.nextInt(4);
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < requests; i++) {
          sent.append(random.nextBoolean() ? AT_ONCE : file);
        }
        int cut = random.nextInt(sent.length());
        kept.send(sent.substring(0, cut));
        kept.send(sent.substring(cut));
        for (int i = 0; i < requests; i++) {
          assertThat(kept.read()).isEqualTo(200);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
