package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.internal.http.RedirectRules;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the header fields of a request. */
final class RequestHeaders {

  private static final String AUTHORIZATION = "Authorization";

  private static final String COOKIE = "Cookie";

  private RequestHeaders() {}

  /**
   * Returns the fields of one GET request.
   *
   * <p>The caller's fields, and credentials in the request's URI, go to the request's own origin
   * and nowhere else, credentials in a mirror's URI to the mirror's, and what its source has named
   * to the origin that the source named. Cookies go where their servers have said.
   *
   * @param mirror the URI of the mirror that is asked, before any redirect
   * @param source what the request's source has named, null where it has none
   * @param cookies those that answers of this download have set, for this URI
   * @param range the range to ask for, null for the whole
   * @param ifRange the validator that the range is only wanted under
   * @param anew whether caches are to ask their origin
   */
  static Map<String, String> of(
      DownloadRequest request,
      URI mirror,
      @Nullable Source source,
      NetworkSettings settings,
      URI uri,
      Optional<String> cookies,
      @Nullable ByteRange range,
      Optional<String> ifRange,
      boolean anew) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("User-Agent", settings.userAgent());
    fields.put("Accept", "*/*");
    // A coded body has other bytes and another length in every range.
    fields.put("Accept-Encoding", "identity");
    Map<String, String> given = new LinkedHashMap<>();
    credentials(request.uri()).ifPresent(basic -> given.put(AUTHORIZATION, basic));
    settings.headers().forEach((name, value) -> replace(given, name, value));
    request.headers().forEach((name, value) -> replace(given, name, value));
    given.forEach(
        (name, value) -> {
          if (RedirectRules.mayCarry(name, request.uri(), uri)) {
            replace(fields, name, value);
          }
        });
    if (!mirror.equals(request.uri()) && HttpUris.sameOrigin(mirror, uri)) {
      credentials(mirror).ifPresent(basic -> replace(fields, AUTHORIZATION, basic));
    }
    if (source != null) {
      source
          .headers()
          .forEach(
              (name, value) -> {
                if (RedirectRules.mayCarry(name, source.uri(), uri)) {
                  replace(fields, name, value);
                }
              });
    }
    cookies.ifPresent(kept -> replace(fields, COOKIE, withOwn(fields, kept)));
    if (anew) {
      fields.put("Cache-Control", "no-cache");
    }
    if (range != null) {
      fields.put("Range", range.headerValue());
      ifRange.ifPresent(validator -> fields.put("If-Range", validator));
    }
    return fields;
  }

  private static Optional<String> credentials(URI uri) {
    String credentials = HttpUris.userInfo(uri);
    if (credentials == null) {
      return Optional.empty();
    }
    // RFC 7617: the colon is there even where the password is not.
    String pair = credentials.indexOf(':') < 0 ? credentials + ":" : credentials;
    String plain = URLDecoder.decode(pair.replace("+", "%2B"), StandardCharsets.UTF_8);
    byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
    return Optional.of("Basic " + Base64.getEncoder().encodeToString(bytes));
  }

  private static String withOwn(Map<String, String> fields, String cookies) {
    return fields.entrySet().stream()
        .filter(field -> field.getKey().equalsIgnoreCase(COOKIE))
        .map(field -> field.getValue() + "; " + cookies)
        .findFirst()
        .orElse(cookies);
  }

  private static void replace(Map<String, String> fields, String name, String value) {
    fields.keySet().removeIf(name::equalsIgnoreCase);
    fields.put(name, value);
  }
}
