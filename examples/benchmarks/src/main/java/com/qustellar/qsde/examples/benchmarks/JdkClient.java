package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;

/** The JDK's {@link HttpClient}; the digest sees each buffer on its way. */
final class JdkClient implements Client {

  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public void download(Job job) throws IOException, InterruptedException {
    BodyHandler<Path> toFile = BodyHandlers.ofFile(job.target());
    if (job.sha256() == null) {
      get(job, toFile);
      return;
    }
    MessageDigest digest = Job.newSha256();
    get(job, response -> new Hashing<>(toFile.apply(response), digest));
    job.verify(digest.digest());
  }

  @Override
  public void downloadAll(Job folder) throws InterruptedException {
    Semaphore room = new Semaphore(folder.connections());
    List<CompletableFuture<Void>> downloads = new ArrayList<>();
    for (Job file : (Iterable<Job>) folder.each()::iterator) {
      room.acquire();
      downloads.add(
          client
              .sendAsync(request(file), BodyHandlers.ofFile(file.target()))
              .whenComplete((response, failure) -> room.release())
              .thenAccept(JdkClient::check));
    }
    CompletableFuture.allOf(downloads.toArray(new CompletableFuture<?>[0])).join();
  }

  private void get(Job job, BodyHandler<Path> handler) throws IOException, InterruptedException {
    check(client.send(request(job), handler));
  }

  private static HttpRequest request(Job job) {
    return HttpRequest.newBuilder(job.uri()).build();
  }

  private static void check(HttpResponse<Path> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException("HTTP " + response.statusCode());
    }
  }

  @Override
  public void close() {
    // Closeable from Java 21 on only; its threads are daemons.
  }

  /** Updates a digest with what it hands on. */
  private record Hashing<T>(BodySubscriber<T> file, MessageDigest digest)
      implements BodySubscriber<T> {

    @Override
    public CompletionStage<T> getBody() {
      return file.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      file.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      buffers.forEach(buffer -> digest.update(buffer.duplicate()));
      file.onNext(buffers);
    }

    @Override
    public void onError(Throwable failure) {
      file.onError(failure);
    }

    @Override
    public void onComplete() {
      file.onComplete();
    }
  }
}
