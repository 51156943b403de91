package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;

/** Spring's {@link WebClient} with its default codecs; the digest sees each buffer on its way. */
final class SpringClient implements Client {

  private final WebClient client = WebClient.create();

  @Override
  public void download(Job job) throws IOException {
    if (job.sha256() == null) {
      DataBufferUtils.write(body(job), job.target()).block();
      return;
    }
    MessageDigest digest = Job.newSha256();
    Flux<DataBuffer> hashed = body(job).doOnNext(buffer -> update(digest, buffer));
    DataBufferUtils.write(hashed, job.target()).block();
    job.verify(digest.digest());
  }

  @Override
  public void downloadAll(Job folder) {
    Flux.fromStream(folder.each())
        .flatMap(file -> DataBufferUtils.write(body(file), file.target()), folder.connections())
        .blockLast();
  }

  private Flux<DataBuffer> body(Job job) {
    return client.get().uri(job.uri()).retrieve().bodyToFlux(DataBuffer.class);
  }

  private static void update(MessageDigest digest, DataBuffer buffer) {
    try (DataBuffer.ByteBufferIterator parts = buffer.readableByteBuffers()) {
      while (parts.hasNext()) {
        ByteBuffer part = parts.next();
        digest.update(part);
      }
    }
  }

  @Override
  public void close() {
    // Its connections and threads belong to Reactor Netty's global resources: daemons.
  }
}
