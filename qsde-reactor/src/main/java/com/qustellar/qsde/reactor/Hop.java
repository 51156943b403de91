package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.internal.http.RedirectRules;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request on the way to the file.
 *
 * @param uri where to ask
 * @param ranged whether for a range
 * @param followed how many redirects have led here
 * @param renewed whether the way began anew, as where it led to before had expired
 */
record Hop(URI uri, boolean ranged, int followed, boolean renewed) {

  /** Returns the first request of an exchange. */
  static Hop to(URI uri, boolean ranged) {
    return new Hop(uri, ranged, 0, false);
  }

  Hop at(URI other) {
    return new Hop(other, ranged, followed, renewed);
  }

  Hop withoutRange() {
    return new Hop(uri, false, followed, renewed);
  }

  /** Returns where a redirect leads; throws if it must not be followed. */
  Hop follow(String location, int limit, @Nullable Path target) {
    RedirectRules.Outcome outcome = RedirectRules.next(uri, location, followed, limit);
    if (outcome instanceof RedirectRules.Outcome.Follow follow) {
      return new Hop(follow.target(), ranged, followed + 1, renewed);
    }
    if (outcome instanceof RedirectRules.Outcome.Refused refused) {
      throw new DownloadException.RedirectRefused(uri, target, refused.location(), null);
    }
    throw new DownloadException.TooManyRedirects(uri, target, limit, null);
  }

  /**
   * Returns where to ask instead, if a redirect's target says with its status that it was good for
   * a time only: where other segments have found the file meanwhile, else the requested URI, once.
   *
   * @param requested the requested URI, which does not expire; empty where a source names others
   * @param known what was known of the file when this was sent; null for a first request, whose
   *     answer stands
   * @param now where the file is for all that is known
   */
  Optional<Hop> renew(
      int status, Optional<URI> requested, @Nullable Representation known, URI now) {
    boolean expired =
        switch (status) {
          case 401, 403, 404, 410 -> requested.isEmpty() || !uri.equals(requested.get());
          default -> false;
        };
    if (known == null || !expired) {
      return Optional.empty();
    }
    if (!now.equals(known.uri())) {
      return Optional.of(to(now, ranged));
    }
    return renewed
        ? Optional.empty()
        : Optional.of(new Hop(requested.orElse(uri), ranged, 0, true));
  }
}
