package com.qustellar.qsde.internal.http;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Where a redirect leads, and what goes along (RFC 9110 §15.4).
 *
 * <p>Which statuses are redirects is said in {@link ResponseRules}.
 */
public final class RedirectRules {

  /** Fields that tell another origin nothing that it must not know. */
  private static final Set<String> HARMLESS = Set.of("accept", "range", "user-agent");

  private RedirectRules() {}

  /** What becomes of a redirect. */
  public sealed interface Outcome {

    /**
     * It is followed.
     *
     * @param target the URI to ask next, without fragment and userinfo
     */
    record Follow(URI target) implements Outcome {}

    /**
     * It is not followed.
     *
     * @param location where it leads; a placeholder that shows no secret where that is no http or
     *     https URI
     * @param reason why not, as the end of a sentence
     */
    record Refused(URI location, String reason) implements Outcome {}

    /**
     * It is one too many.
     *
     * @param limit how many are followed
     */
    record TooMany(int limit) implements Outcome {}
  }

  /**
   * {@return what becomes of a redirect}
   *
   * <p>It never leads from https to http, and never to another scheme than these two. A loop ends
   * at the limit: a server may well redirect to the same URI once, to have set something meanwhile.
   *
   * @param current the URI that answered, made by {@link HttpUris}
   * @param location the Location field's value
   * @param followed how many redirects led to {@code current}
   * @param limit how many are followed at most
   */
  public static Outcome next(URI current, String location, int followed, int limit) {
    if (followed >= limit) {
      return new Outcome.TooMany(limit);
    }
    URI target;
    try {
      target = HttpUris.resolve(current, location);
    } catch (InvalidRequest e) {
      return new Outcome.Refused(e.uri(), e.reason());
    }
    if (current.getScheme().equals("https") && !target.getScheme().equals("https")) {
      return new Outcome.Refused(target, "it leads from https to http");
    }
    return new Outcome.Follow(target);
  }

  /**
   * {@return whether a field that the caller or the engine's settings have given may be sent to
   * where a redirect has led}
   *
   * <p>All go to the request's own origin, and to no other but User-Agent, Accept and Range: a
   * field of any name may be a secret.
   *
   * @param field the field's name
   * @param requested the URI that was requested before any redirect, made by {@link HttpUris}
   * @param target the URI that is asked now, made by {@link HttpUris}
   */
  public static boolean mayCarry(String field, URI requested, URI target) {
    return HARMLESS.contains(field.toLowerCase(Locale.ROOT))
        || HttpUris.sameOrigin(requested, target);
  }
}
