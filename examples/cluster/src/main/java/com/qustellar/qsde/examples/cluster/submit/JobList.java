package com.qustellar.qsde.examples.cluster.submit;

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
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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

  private void failures(InputStream in) throws IOException {
    long number = 0;
    try {
      // One that stands there twice is a check for the worker that comes second.
      for (DownloadRequest request : FailureLog.readAll(in).toIterable(64)) {
        long position = ++number;
        Path target = request.target();
        String out = target == null ? null : String.valueOf(target.getFileName());
        take(
            position,
            "entry " + position,
            () -> job(position, request, names.of(null, out, request.uri())));
      }
    } catch (DownloadException.InvalidRequest e) {
      reader.wrong("behind entry " + number + ": " + e.getMessage());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private interface Making {
    Job job();
  }

  private void take(long number, String place, Making making) {
    Job job;
    try {
      job = making.job();
    } catch (IllegalArgumentException | DownloadException.InvalidRequest e) {
      reader.wrong(place + ": " + e.getMessage());
      return;
    }
    reader.job(number, job);
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
