package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.HashingSink;
import okio.Okio;
import okio.Sink;

/** OkHttp, its body read into a file's Okio sink; the digest is Okio's {@link HashingSink}. */
final class OkClient implements Client {

  private final OkHttpClient client = new OkHttpClient();

  @Override
  public void download(Job job) throws IOException {
    Request request = new Request.Builder().url(job.uri().toString()).build();
    try (Response response = client.newCall(request).execute();
        Sink file = Okio.sink(job.target())) {
      if (response.code() != 200) {
        throw new IOException("HTTP " + response.code());
      }
      if (job.sha256() == null) {
        response.body().source().readAll(file);
        return;
      }
      try (HashingSink hashing = HashingSink.sha256(file)) {
        response.body().source().readAll(hashing);
        job.verify(hashing.hash().toByteArray());
      }
    }
  }

  @Override
  public void close() {
    client.connectionPool().evictAll();
    client.dispatcher().executorService().shutdown();
  }
}
