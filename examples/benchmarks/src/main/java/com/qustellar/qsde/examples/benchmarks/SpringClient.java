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
    Flux<DataBuffer> body = client.get().uri(job.uri()).retrieve().bodyToFlux(DataBuffer.class);
    if (job.sha256() == null) {
      DataBufferUtils.write(body, job.target()).block();
      return;
    }
    MessageDigest digest = Job.newSha256();
    DataBufferUtils.write(body.doOnNext(buffer -> update(digest, buffer)), job.target()).block();
    job.verify(digest.digest());
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
