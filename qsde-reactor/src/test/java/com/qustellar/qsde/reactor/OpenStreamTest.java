package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The bytes of a file for code that blocks. */
class OpenStreamTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 9 * SEGMENT + 321);

  private InputStream open() {
    return engine.openStream(DownloadRequest.of(origin.uri("/file")));
  }

  @Test
  void itReadsToTheEnd() throws IOException {
    origin.serve("/file", BODY);
    try (InputStream in = open()) {
      assertThat(in.read()).isEqualTo(BODY.bytes()[0] & 0xff);
      assertThat(in.readAllBytes()).isEqualTo(BODY.slice(1, BODY.length() - 1).bytes());
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void whatIsCompressedIsReadAsItComes() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(BODY.bytes());
    }
    origin.serve("/file", Body.of(packed.toByteArray()));
    try (InputStream in = new GZIPInputStream(open())) {
      assertThat(in.readAllBytes()).isEqualTo(BODY.bytes());
    }
  }

  @Test
  void aFailureIsTheCauseOfTheReadersException() throws IOException {
    origin.on("/file").answer(Reply.status(404));
    try (InputStream in = open()) {
      assertThatThrownBy(in::read)
          .isInstanceOf(IOException.class)
          .hasCauseInstanceOf(DownloadException.HttpStatus.class);
    }
  }

  /** Who reads through something that keeps errors to itself reads on to hear of them. */
  @Test
  void aFailureIsToldByEveryReadAfterIt() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(BODY.bytes());
    }
    origin.serve("/file", Body.of(packed.toByteArray()));
    DownloadRequest request =
        DownloadRequest.of(origin.uri("/file")).withChecksum("sha256:" + BODY.sha256());
    try (InputStream body = engine.openStream(request);
        InputStream in = new GZIPInputStream(body)) {
      assertThat(in.readAllBytes()).isEqualTo(BODY.bytes());
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> body.transferTo(OutputStream.nullOutputStream()))
            .isInstanceOf(IOException.class)
            .hasCauseInstanceOf(DownloadException.ChecksumMismatch.class);
      }
    }
  }

  @Test
  void closingItEndsTheDownload() throws IOException {
    origin.serve("/file", Body.random(3, 64L << 20));
    InputStream in = open();
    assertThat(in.readNBytes(10)).hasSize(10);
    in.close();
    await(() -> engine.downloads().isEmpty());
    assertThatThrownBy(() -> in.readNBytes(1 << 20)).hasMessageContaining("closed");
  }

  @Test
  void closingItWakesWhoReads() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(0, latch));
    InputStream in = open();
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread reader = new Thread(() -> thrown.complete(catchThrowable(in::read)));
    reader.setDaemon(true);
    reader.start();
    await(() -> reader.getState() == Thread.State.WAITING);

    in.close();

    assertThat(thrown.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    latch.countDown();
  }

  @Test
  void anInterruptEndsTheDownload() throws IOException {
    CountDownLatch latch = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(0, latch));
    try (InputStream in = open()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
    latch.countDown();
    await(() -> engine.downloads().isEmpty());
  }
}
