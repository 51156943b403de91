package com.qustellar.qsde.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.FailureLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** What {@code qsde get} is told, and what that means to an engine. */
final class GetOptions {

  @Parameters(arity = "0..*", paramLabel = "URL", description = "What to download.")
  List<String> urls = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write, one URL only. By default its name comes from the server.")
  @Nullable Path output;

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      defaultValue = "",
      description = "The directory to write to; here by default.")
  Path dir = Path.of("");

  @Option(
      names = {"-x", "--connections"},
      paramLabel = "N",
      description = "Connections a download at most; the engine finds the number by default.")
  @Nullable Integer connections;

  @Option(
      names = {"-i", "--input-file"},
      paramLabel = "FILE",
      description = {
        "A list of downloads, - for stdin: URL lines, and indented below each what is for it",
        "alone: out=, dir=, checksum=, header=. Or what --failures has written, to retry those."
      })
  @Nullable String inputFile;

  @Option(
      names = {"-j", "--parallel"},
      paramLabel = "N",
      description = "Downloads at once at most; 8 by default.")
  @Nullable Integer parallel;

  @Option(
      names = "--failures",
      paramLabel = "FILE",
      description = {
        "Append a JSON line to it for each download that fails; -i takes it again. It holds",
        "whole URLs, and is readable by its owner only; header fields must be given again."
      })
  @Nullable Path failures;

  @Option(
      names = "--segment-size",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description =
          "Bytes that one request asks for, 64K at least. By default 4M to 128M, by what is left.")
  @Nullable Long segmentSize;

  @Option(
      names = "--limit-rate",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "Bytes a second that all downloads take together at most. Default: no limit.")
  @Nullable Long limitRate;

  @Option(
      names = "--checksum",
      paramLabel = "ALG:HEX",
      converter = Checksums.class,
      description =
          "The digest that the file must have: md5, sha1, sha256 or sha512. One URL only.")
  @Nullable Checksum checksum;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      converter = Headers.class,
      description = "A header field to send to the URL's origin; may be repeated.")
  List<Header> headers = new ArrayList<>();

  @Option(names = "--user-agent", paramLabel = "TEXT", description = "The User-Agent to send.")
  @Nullable String userAgent;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description = "Retries of a segment, whatever its error; 0 for none. By error by default.")
  @Nullable Integer retries;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      converter = Seconds.class,
      description = "How long a connection may be silent before it is given up.")
  @Nullable Duration timeout;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      converter = Seconds.class,
      description = "How long connecting may take.")
  @Nullable Duration connectTimeout;

  @Mixin WayOptions way = new WayOptions();

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "The most bytes that a file may have.")
  @Nullable Long maxBytes;

  @Option(
      names = "--no-resume",
      description =
          "Neither go on with what an earlier run has left, nor leave something for the next.")
  boolean noResume;

  @Option(names = "--overwrite", description = "Replace a file that exists.")
  boolean overwrite;

  private boolean mirrored;

  @Option(
      names = "--fsync",
      negatable = true,
      description = "Force files to the disk before they get their names, or never.")
  @Nullable Boolean fsync;

  /** Returns the requests, or throws what is wrong with the options as a usage error. */
  List<DownloadRequest> requests() {
    if (urls.isEmpty() && inputFile == null) {
      throw new UsageException("name at least one URL, or a list of them with --input-file");
    }
    if (output != null && output.toString().equals("-")) {
      throw new UsageException("--output - would be stdout, which is not supported: name a file");
    }
    List<DownloadRequest> requests = new ArrayList<>();
    for (String url : urls) {
      requests.add(UsageException.check(() -> request(DownloadRequest.of(url, target(dir)))));
    }
    if (inputFile != null) {
      requests.addAll(listed(inputFile));
    }
    if (requests.size() > 1 && output != null) {
      throw new UsageException(
          "--output names one file, and there are " + requests.size() + " URLs: use --dir");
    }
    if (requests.size() > 1 && checksum != null) {
      throw new UsageException(
          "--checksum is that of one file, and there are "
              + requests.size()
              + " URLs: get them one by one");
    }
    return requests;
  }

  /** Returns whether {@link #requests} has left out mirrors. */
  boolean leavesOutMirrors() {
    return mirrored;
  }

  /** Opens what failures are recorded in, null for nothing; blocks. */
  @Nullable FailureLog failureLog() {
    if (failures == null) {
      return null;
    }
    try {
      if (inputFile != null
          && Files.exists(failures)
          && !inputFile.equals("-")
          && Files.isSameFile(failures, Path.of(inputFile))) {
        throw new UsageException(
            "--failures would append to the list that is read: name another file");
      }
      return FailureLog.open(failures);
    } catch (IOException e) {
      throw new UsageException("--failures can't write " + failures + ": " + e);
    }
  }

  private List<DownloadRequest> listed(String file) {
    try {
      if (file.equals("-")) {
        return listed("stdin", new BufferedReader(new InputStreamReader(System.in, UTF_8)));
      }
      Path path = Path.of(file);
      if (isFailureLog(path)) {
        List<DownloadRequest> failed =
            UsageException.check(() -> FailureLog.read(path).collectList().block());
        return failed.stream()
            .map(request -> UsageException.check(() -> request(request)))
            .toList();
      }
      try (BufferedReader lines = Files.newBufferedReader(path, UTF_8)) {
        return listed(file, lines);
      }
    } catch (IOException e) {
      throw new UsageException("--input-file can't read " + file + ": " + e);
    }
  }

  private static boolean isFailureLog(Path file) throws IOException {
    try (InputStream start = Files.newInputStream(file)) {
      return start.read() == '{';
    }
  }

  private List<DownloadRequest> listed(String name, BufferedReader lines) throws IOException {
    List<DownloadRequest> requests = new ArrayList<>();
    for (InputFile.Item item : InputFile.read(name, lines)) {
      mirrored |= item.mirrored;
      requests.add(UsageException.check(() -> request(item)));
    }
    return requests;
  }

  private DownloadRequest request(InputFile.Item item) {
    Path into = item.dir == null ? dir : Path.of(item.dir);
    Path target = item.out == null ? target(into) : into.resolve(item.out);
    DownloadRequest request = request(DownloadRequest.of(item.uri, target));
    for (Header header : item.headers) {
      request = request.withHeader(header.name(), header.value());
    }
    return item.checksum == null ? request : request.withChecksum(item.checksum);
  }

  /** Gives an engine the settings that the options ask for. */
  void configure(DownloadEngine engine) {
    engine.limits(UsageException.check(this::limits));
    engine.network(UsageException.check(this::network));
  }

  /** Adds what the options say; what they don't say stays as it is. */
  private DownloadRequest request(DownloadRequest bare) {
    DownloadRequest request = bare.withRetryPolicy(retryPolicy());
    if (overwrite) {
      request = request.withOverwrite(true);
    }
    if (noResume) {
      request = request.withResume(false);
    }
    for (Header header : headers) {
      request = request.withHeader(header.name(), header.value());
    }
    if (checksum != null) {
      request = request.withChecksum(checksum);
    }
    if (maxBytes != null) {
      request = request.withMaxBytes(maxBytes);
    }
    return fsync == null ? request : request.withFsync(fsync);
  }

  private Path target(Path into) {
    if (output != null) {
      return into.resolve(output);
    }
    // A directory that is not there must not become a file: the engine says that it is missing.
    return Files.isDirectory(into) ? into : into.resolve("download");
  }

  private Limits limits() {
    Limits limits = Limits.defaults();
    if (parallel != null) {
      limits =
          limits
              .withMaxConcurrentDownloads(parallel)
              .withConnectionsPerHost(Math.max(parallel, limits.connectionsPerHost()));
    }
    if (connections != null) {
      limits =
          limits
              .withConnectionsPerDownload(connections)
              .withConnectionsPerHost(Math.max(connections, limits.connectionsPerHost()));
    }
    if (limitRate != null) {
      limits = limits.withBytesPerSecond(limitRate);
    }
    return segmentSize == null ? limits : limits.withSegmentSize(segmentSize);
  }

  private NetworkSettings network() {
    NetworkSettings network = NetworkSettings.defaults();
    if (userAgent != null) {
      network = network.withUserAgent(userAgent);
    }
    if (timeout != null) {
      network = network.withStallTimeout(timeout);
    }
    if (connectTimeout != null) {
      network = network.withConnectTimeout(connectTimeout);
    }
    return way.apply(network);
  }

  private RetryPolicy retryPolicy() {
    if (retries == null) {
      return RetryPolicy.defaults();
    }
    if (retries < 0) {
      throw new UsageException("--retries must be 0 or more, not " + retries);
    }
    return RetryPolicy.defaults().withMaxAttempts(Math.max(retries, retries + 1));
  }

  record Header(String name, String value) {}

  static final class Headers implements ITypeConverter<Header> {
    @Override
    public Header convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 1) {
        throw new TypeConversionException("a header is a name, a colon and a value");
      }
      return new Header(text.substring(0, colon), text.substring(colon + 1).strip());
    }
  }

  static final class Checksums implements ITypeConverter<Checksum> {
    @Override
    public Checksum convert(String text) {
      try {
        return Checksum.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
