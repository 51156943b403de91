package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.HashingSink;
import okio.Okio;
import okio.Sink;
import org.jspecify.annotations.Nullable;

/** OkHttp, its body read into a file's Okio sink; the digest is Okio's {@link HashingSink}. */
final class OkClient implements Client {

  private final OkHttpClient client = new OkHttpClient();

  @Override
  public void download(Job job) throws IOException {
    try (Response response = call(job).execute()) {
      write(response, job);
    }
  }

  @Override
  public void downloadAll(Job folder) {
    client.dispatcher().setMaxRequests(folder.connections());
    client.dispatcher().setMaxRequestsPerHost(folder.connections());
    List<Download> downloads = folder.each().map(Download::new).toList();
    downloads.forEach(download -> call(download.file).enqueue(download));
    downloads.forEach(download -> download.ended.join());
  }

  private Call call(Job job) {
    return client.newCall(new Request.Builder().url(job.uri().toString()).build());
  }

  private static void write(Response response, Job job) throws IOException {
    if (response.code() != 200) {
      throw new IOException("HTTP " + response.code());
    }
    try (Sink file = Okio.sink(job.target())) {
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

  /** One file of a folder. */
  private static final class Download implements Callback {

    private final Job file;
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    Download(Job file) {
      this.file = file;
    }

    @Override
    public void onResponse(Call call, Response response) {
      try (response) {
        write(response, file);
        ended.complete(null);
      } catch (IOException e) {
        ended.completeExceptionally(e);
      }
    }

    @Override
    public void onFailure(Call call, IOException failure) {
      ended.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    client.connectionPool().evictAll();
    client.dispatcher().executorService().shutdown();
  }
}
