package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.files.CookieFile;
import com.qustellar.qsde.internal.files.Netrc;
import com.qustellar.qsde.internal.http.CookieJar;
import com.qustellar.qsde.internal.http.HeaderField;
import com.qustellar.qsde.internal.http.HttpUris;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is sent along with requests, to their own origins only. */
final class AccessOptions {

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      converter = Headers.class,
      description = "A header field to send to the URL's origin; may be repeated.")
  List<HeaderField> headers = new ArrayList<>();

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME:PASSWORD",
      converter = User.Converter.class,
      description = "The name and password to send to the URL's origin (Basic).")
  @Nullable User user;

  @Option(
      names = "--netrc",
      description =
          "Look up names and passwords by host in $NETRC, else ~/.netrc, where there are no others.")
  boolean netrc;

  @Option(
      names = "--cookies",
      paramLabel = "FILE",
      description = "Send the cookies of a file in Netscape's format to where they belong.")
  @Nullable Path cookies;

  private @Nullable Netrc logins;
  private @Nullable CookieJar jar;

  /** Adds what the options say. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare;
    Optional<User> login = user == null ? login(request) : Optional.of(user);
    if (login.isPresent()) {
      request = with(request, login.get().header());
    }
    Optional<String> cookie = cookie(request);
    if (cookie.isPresent()) {
      request = with(request, new HeaderField("Cookie", cookie.get()));
    }
    for (HeaderField header : headers) {
      request = with(request, header);
    }
    return request;
  }

  /** Returns where logins are: in the file that the environment names, else in the home. */
  static Path netrc(@Nullable String named, String home) {
    return named == null || named.isEmpty() ? Path.of(home, ".netrc") : Path.of(named);
  }

  private Optional<User> login(DownloadRequest request) {
    if (!netrc || HttpUris.userInfo(request.uri()) != null) {
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
    if (cookies == null) {
      return Optional.empty();
    }
    if (jar == null) {
      jar = jar(cookies);
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
