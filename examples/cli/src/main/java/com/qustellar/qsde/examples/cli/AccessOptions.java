package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.files.CookieFile;
import com.qustellar.qsde.internal.files.Netrc;
import com.qustellar.qsde.internal.http.CookieJar;
import com.qustellar.qsde.internal.http.HeaderField;
import com.qustellar.qsde.internal.http.HttpUris;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** What is sent along with requests, to their own origins only. */
final class AccessOptions {

  final OptionSet options = new OptionSet();

  private final Supplier<List<HeaderField>> headers =
      options.values(
          HeaderField.class,
          new Headers(),
          OptionSpec.builder("-H", "--header")
              .paramLabel("'NAME: VALUE'")
              .description("A header field to send to the URL's origin; may be repeated."));

  private final Supplier<@Nullable User> user =
      options.value(
          User.class,
          new User.Converter(),
          OptionSpec.builder("-u", "--user")
              .paramLabel("NAME:PASSWORD")
              .description("The name and password to send to the URL's origin (Basic)."));

  private final Supplier<Boolean> netrc =
      options.flag(
          OptionSpec.builder("--netrc")
              .description(
                  "Look up names and passwords by host in $NETRC, else ~/.netrc, where there are no others."));

  private final Supplier<@Nullable Path> cookies =
      options.value(
          Path.class,
          OptionSpec.builder("--cookies")
              .paramLabel("FILE")
              .description(
                  "Send the cookies of a file in Netscape's format to where they belong."));

  private @Nullable Netrc logins;
  private @Nullable CookieJar jar;

  /** Adds what the options say. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare;
    Optional<User> login = user.get() == null ? login(request) : Optional.of(user.get());
    if (login.isPresent()) {
      request = with(request, login.get().header());
    }
    Optional<String> cookie = cookie(request);
    if (cookie.isPresent()) {
      request = with(request, new HeaderField("Cookie", cookie.get()));
    }
    for (HeaderField header : headers.get()) {
      request = with(request, header);
    }
    return request;
  }

  /** Returns where logins are: in the file that the environment names, else in the home. */
  static Path netrc(@Nullable String named, String home) {
    return named == null || named.isEmpty() ? Path.of(home, ".netrc") : Path.of(named);
  }

  private Optional<User> login(DownloadRequest request) {
    if (!netrc.get() || HttpUris.userInfo(request.uri()) != null) {
      return Optional.empty();
    }
    if (logins == null) {
      Path file = netrc(System.getenv("NETRC"), System.getProperty("user.home"));
      logins = Netrc.parse(TextFiles.text("--netrc", file));
    }
    return logins
        .find(HttpUris.host(request.uri()))
        .map(found -> new User(found.name(), found.password()));
  }

  private Optional<String> cookie(DownloadRequest request) {
    if (cookies.get() == null) {
      return Optional.empty();
    }
    if (jar == null) {
      jar = jar(cookies.get());
    }
    return jar.header(request.uri(), Instant.now());
  }

  private static CookieJar jar(Path file) {
    try {
      return CookieJar.of(CookieFile.parse(TextFiles.lines("--cookies", file)));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--cookies can't read " + file + ": " + e.getMessage());
    }
  }

  private static DownloadRequest with(DownloadRequest request, HeaderField header) {
    return request.withHeader(header.name(), header.value());
  }
}
