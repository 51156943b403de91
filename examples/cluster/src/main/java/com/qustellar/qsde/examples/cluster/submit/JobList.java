package com.qustellar.qsde.examples.cluster.submit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.cluster.job.Bounds;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.internal.files.DownloadList;
import com.qustellar.qsde.internal.http.HeaderField;
import com.qustellar.qsde.internal.metalink.Metalink;
import com.qustellar.qsde.reactor.FailureLog;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a list, one after the other: lines as aria2 takes them, a Metalink, or what
 * {@code qsde get --failures} has written, with what a {@link Job} holds of a request. What can't
 * be taken is told, and costs its request only.
 */
final class JobList {

  /**
   * Hears what a list holds; a request comes with its number: that of its line, where it has one.
   */
  interface Reader {
    void job(long number, Job job);

    void wrong(String message);
  }

  private final TargetNames names;
  private final String submission;
  private final Reader reader;

  /**
   * Prepares to read.
   *
   * @param names where requests go
   * @param submission what their ids begin with
   * @param reader hears them
   */
  JobList(TargetNames names, String submission, Reader reader) {
    this.names = names;
    this.submission = submission;
    this.reader = reader;
  }

  /**
   * Reads a list to its end.
   *
   * @throws IOException if it can't be read
   */
  void read(Path file) throws IOException {
    // A stream of the file's channel would ask a pipe where it stands.
    try (InputStream in = new FileInputStream(file.toFile())) {
      read(in);
    }
  }

  /**
   * Reads a list to its end.
   *
   * @throws IOException if it can't be read
   */
  void read(InputStream stream) throws IOException {
    InputStream in = new BufferedInputStream(stream, 1 << 16);
    switch (DownloadList.first(in)) {
      // An XML file, here a Metalink, begins with the one, what --failures writes with the other.
      case '<' -> metalink(in);
      case '{' -> failures(in);
      default -> lines(in);
    }
  }

  private void lines(InputStream in) throws IOException {
    DownloadList.read(
        in,
        new DownloadList.Reader() {
          @Override
          public void item(DownloadList.Item item) {
            take(item);
          }

          @Override
          public void wrong(String why) {
            reader.wrong(why);
          }
        });
  }

  private void take(DownloadList.Item item) {
    take(
        item.line(),
        "line " + item.line(),
        () -> {
          DownloadRequest request = request(item.uris(), item.checksum());
          for (HeaderField header : item.headers()) {
            request = request.withHeader(header.name(), header.value());
          }
          return job(item.line(), request, names.of(item.dir(), item.out(), request.uri()));
        });
  }

  private void metalink(InputStream in) {
    try {
      Metalink.read(
          in,
          new Metalink.Reader() {
            private long number;

            @Override
            public void item(Metalink.Item item) {
              number++;
              take(number, item);
            }

            @Override
            public void wrong(String why) {
              number++;
              reader.wrong(why);
            }
          });
    } catch (IllegalArgumentException e) {
      reader.wrong(String.valueOf(e.getMessage()));
    }
  }

  private void take(long position, Metalink.Item item) {
    take(
        position,
        "line " + item.line(),
        () -> {
          DownloadRequest request = request(item.urls(), item.checksum());
          if (item.bytes().isPresent()) {
            request = request.withTotalBytes(item.bytes().getAsLong());
          }
          return job(position, request, names.ofMetalink(item.name()));
        });
  }

  /** One by one: a line that no request can be made of would end the reading of all of them. */
  private void failures(InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, ISO_8859_1));
    long number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      long position = ++number;
      byte[] failure = line.getBytes(ISO_8859_1);
      // One that stands there twice is a check for the worker that comes second.
      take(position, "line " + position, () -> failed(position, failure));
    }
  }

  /** Returns nothing for a line that was torn. */
  private @Nullable Job failed(long position, byte[] failure) {
    DownloadRequest request = FailureLog.readAll(new ByteArrayInputStream(failure)).blockFirst();
    if (request == null) {
      return null;
    }
    Path target = request.target();
    String out = target == null ? null : String.valueOf(target.getFileName());
    return job(position, request, names.of(null, out, request.uri()));
  }

  private interface Making {
    @Nullable Job job();
  }

  private void take(long number, String place, Making making) {
    @Nullable Job job;
    try {
      job = making.job();
    } catch (IllegalArgumentException | DownloadException.InvalidRequest e) {
      reader.wrong(place + ": " + e.getMessage());
      return;
    }
    if (job != null) {
      reader.job(number, job);
    }
  }

  private static DownloadRequest request(List<String> uris, @Nullable Checksum checksum) {
    DownloadRequest request =
        DownloadRequest.of(uris.get(0))
            .withMirrors(uris.subList(1, uris.size()).toArray(new String[0]));
    return checksum == null ? request : request.withChecksum(checksum);
  }

  private Job job(long number, DownloadRequest request, String target) {
    return new Job(
        submission + "-" + number,
        request.uri(),
        request.mirrors(),
        target,
        request.checksum(),
        request.totalBytes(),
        Bounds.of(request),
        request.headers(),
        Job.ATTEMPTS);
  }
}
