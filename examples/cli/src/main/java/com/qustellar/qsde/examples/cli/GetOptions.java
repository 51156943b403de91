package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.files.DownloadList;
import com.qustellar.qsde.internal.http.HeaderField;
import com.qustellar.qsde.internal.metalink.Metalink;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.FailureLog;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What {@code qsde get} is told, and what that means to an engine. */
final class GetOptions {
  final TargetOptions target = new TargetOptions();

  private final OptionSet options = new OptionSet();
  private final List<String> refused = new ArrayList<>();

  private final Supplier<@Nullable String> inputFile =
      options.value(
          String.class,
          OptionSpec.builder("-i", "--input-file")
              .paramLabel("FILE")
              .description(
                  "A list of downloads, - for stdin: lines of a URL, or of several with tabs between them, "
                      + "which are mirrors of one file; and indented below each what is for it alone: out=, dir=, "
                      + "checksum=, header=. Or a Metalink (RFC 5854), which may stand in place of a URL as well. An "
                      + "entry that can't be taken counts as failed; the others are fetched. Or what --failures "
                      + "has written, to retry those."));

  private final Supplier<@Nullable Path> failures =
      options.value(
          Path.class,
          OptionSpec.builder("--failures")
              .paramLabel("FILE")
              .description(
                  "Append a JSON line to it for each download that fails; -i takes it again. It holds "
                      + "whole URLs, and is readable by its owner only; header fields must be given again."));

  private final LimitOptions limits = new LimitOptions();
  private final AccessOptions access = new AccessOptions();
  final NetworkOptions network = new NetworkOptions();
  final WayOptions way = new WayOptions();

  private final PositionalParamSpec urls =
      PositionalParamSpec.builder()
          .arity("0..*")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .initialValue(List.of())
          .paramLabel("URL")
          .description("What to download.")
          .build();

  /** Gives a command these options. */
  void addTo(CommandSpec command) {
    command.addPositional(urls);
    target.options.addTo(command);
    options.addTo(command);
    limits.options.addTo(command);
    access.options.addTo(command);
    network.options.addTo(command);
    way.options.addTo(command);
  }

  /** Returns the requests, or throws what is wrong with the options as a usage error. */
  List<DownloadRequest> requests() {
    List<String> urls = this.urls.getValue();
    if (urls.isEmpty() && inputFile.get() == null) {
      throw new UsageException("name at least one URL, or a list of them with --input-file");
    }
    List<DownloadRequest> requests = new ArrayList<>();
    for (String url : urls) {
      Optional<Path> metalink = MetalinkFiles.file(url);
      if (metalink.isPresent()) {
        Path file = metalink.get();
        requests.addAll(metalink(file.toString(), MetalinkFiles.read(file, refused::add)));
      } else if (new File(url).isFile()) {
        throw new UsageException(url + " is a file: a list of URLs is given with --input-file");
      } else {
        requests.add(
            UsageException.check(
                () -> request(DownloadRequest.of(url, target.in(target.dir(), url)))));
      }
    }
    if (inputFile.get() != null) {
      requests.addAll(listed(inputFile.get()));
    }
    target.check(requests.size() + refused.size());
    return requests;
  }

  /**
   * Returns what of a list {@link #requests} has not returned, and why: an entry that can't be
   * taken costs no other.
   */
  List<String> refused() {
    return refused;
  }

  /** Returns what is to be known of what {@link #requests} has returned. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (network.insecure()) {
      warnings.add("Certificates are not verified: anybody between can read and change it all.");
    }
    return warnings;
  }

  /** Opens what failures are recorded in, null for nothing; blocks. */
  @Nullable FailureLog failureLog() {
    if (failures.get() == null) {
      return null;
    }
    try {
      if (inputFile.get() != null
          && Files.exists(failures.get())
          && !inputFile.get().equals("-")
          && Files.isSameFile(failures.get(), Path.of(inputFile.get()))) {
        throw new UsageException(
            "--failures would append to the list that is read: name another file");
      }
      return FailureLog.open(failures.get());
    } catch (IOException e) {
      throw new UsageException(
          "--failures can't write " + failures.get() + ": " + TextFiles.why(e));
    }
  }

  /** Gives an engine the settings that the options ask for. */
  void configure(DownloadEngine engine) {
    engine.limits(UsageException.check(limits::limits));
    UsageException.check(
        () -> {
          engine.network(way.apply(network.settings()));
          return engine;
        });
  }

  private List<DownloadRequest> listed(String file) {
    try {
      if (file.equals("-")) {
        return listed("stdin", System.in);
      }
      // There may be a pipe under this name, which can be read but once.
      return listed(file, new ByteArrayInputStream(Files.readAllBytes(Path.of(file))));
    } catch (IOException e) {
      throw new UsageException("--input-file can't read " + file + ": " + TextFiles.why(e));
    }
  }

  private List<DownloadRequest> listed(String name, InputStream stream) throws IOException {
    BufferedInputStream in = new BufferedInputStream(stream);
    return switch (DownloadList.first(in)) {
      // An XML file, here a Metalink, begins with the one, what --failures writes with the other.
      case '<' -> metalink(name, MetalinkFiles.read(name, in, refused::add));
      case '{' -> failed(name, in);
      default -> lines(name, in);
    };
  }

  private List<DownloadRequest> failed(String name, InputStream in) throws IOException {
    List<DownloadRequest> failed;
    try {
      failed = UsageException.check(() -> FailureLog.read(in).collectList().block());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (failed.isEmpty()) {
      throw new UsageException(name + " has no line that --failures has written");
    }
    return failed.stream().map(request -> UsageException.check(() -> request(request))).toList();
  }

  private List<DownloadRequest> metalink(String name, List<Metalink.Item> items) {
    List<DownloadRequest> requests = new ArrayList<>();
    for (Metalink.Item item : items) {
      listed(name, item.line(), () -> own(item), this::request).ifPresent(requests::add);
    }
    return requests;
  }

  private DownloadRequest own(Metalink.Item item) {
    Path file =
        target.output() == null
            ? MetalinkFiles.in(target.dir(), item)
            : target.in(target.dir(), item.urls().get(0));
    DownloadRequest bare = mirrored(item.urls(), file);
    DownloadRequest request = item.checksum() == null ? bare : bare.withChecksum(item.checksum());
    return item.bytes().isEmpty() ? request : request.withTotalBytes(item.bytes().getAsLong());
  }

  private List<DownloadRequest> lines(String name, InputStream in) throws IOException {
    List<DownloadRequest> requests = new ArrayList<>();
    DownloadList.read(
        in,
        new DownloadList.Reader() {
          @Override
          public void item(DownloadList.Item item) {
            listed(name, item.line(), () -> own(item), own -> withOwnHeaders(request(own), item))
                .ifPresent(requests::add);
          }

          @Override
          public void wrong(String why) {
            refused.add(name + ", " + why);
          }
        });
    return requests;
  }

  /**
   * Returns the request of an entry, if it can be taken. What is wrong with an option that counts
   * for all of them is wrong usage, as without a list.
   *
   * @param own makes what the entry says
   * @param all adds what the options say
   */
  private Optional<DownloadRequest> listed(
      String name, long line, Supplier<DownloadRequest> own, UnaryOperator<DownloadRequest> all) {
    DownloadRequest request;
    try {
      request = own.get();
    } catch (IllegalArgumentException | InvalidRequest e) {
      refused.add(name + ", line " + line + ": " + e.getMessage());
      return Optional.empty();
    }
    return Optional.of(UsageException.check(() -> all.apply(request)));
  }

  private DownloadRequest own(DownloadList.Item item) {
    Path into = item.dir() == null ? target.dir() : Path.of(item.dir());
    Path file = item.out() == null ? target.in(into, item.uris().get(0)) : into.resolve(item.out());
    DownloadRequest bare = mirrored(item.uris(), file);
    return withOwnHeaders(
        item.checksum() == null ? bare : bare.withChecksum(item.checksum()), item);
  }

  /** An entry's own header fields count before those for all. */
  private static DownloadRequest withOwnHeaders(DownloadRequest bare, DownloadList.Item item) {
    DownloadRequest request = bare;
    for (HeaderField header : item.headers()) {
      request = request.withHeader(header.name(), header.value());
    }
    return request;
  }

  private static DownloadRequest mirrored(List<String> urls, Path file) {
    return DownloadRequest.of(urls.get(0), file)
        .withMirrors(urls.subList(1, urls.size()).toArray(new String[0]));
  }

  /** Adds what the options say; what they don't say stays as it is. */
  private DownloadRequest request(DownloadRequest bare) {
    return network.apply(access.apply(target.apply(bare)));
  }
}
