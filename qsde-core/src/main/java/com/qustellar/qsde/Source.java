package com.qustellar.qsde;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.internal.http.HttpUris;
import java.net.URI;
import java.util.Map;

/**
 * Where the bytes are to be asked for, found out anew for each attempt: a freshly signed URI, a
 * token that does not outlive the download.
 *
 * @param uri an absolute http or https URI
 * @param headers header fields for that origin, instead of the request's of the same name; names
 *     have no case
 */
public record Source(URI uri, Map<String, String> headers) {

  /**
   * Checks both as {@link DownloadRequest} does.
   *
   * @param uri an absolute http or https URI
   * @param headers header fields for that origin
   * @throws InvalidRequest if the URI or a field cannot be used
   */
  public Source {
    uri = HttpUris.parse(uri.toString());
    String problem = Headers.problem(headers);
    if (problem != null) {
      throw new InvalidRequest(uri, null, problem, null);
    }
    headers = Headers.copyOf(headers);
  }

  /** {@return the source without its userinfo, its query and the values of its headers} */
  @Override
  public String toString() {
    return "Source[uri=" + HttpUris.redact(uri) + ", headers=" + Headers.redact(headers) + "]";
  }
}
