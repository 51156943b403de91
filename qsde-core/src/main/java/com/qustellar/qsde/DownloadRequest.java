package com.qustellar.qsde;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.http.HttpUris;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What to download, where to, and how; immutable.
 *
 * <p>URIs are taken as browsers take them: only illegal characters are escaped, a path or query is
 * never normalised, names become ASCII (IDNA), the fragment is dropped.
 */
public final class DownloadRequest {

  private final Values values;

  private DownloadRequest(Values values) {
    this.values = values;
  }

  /**
   * {@return a request without a target, for streams only}
   *
   * @param uri an absolute http or https URI
   * @throws InvalidRequest if it is none
   */
  public static DownloadRequest of(String uri) {
    return new DownloadRequest(new Values(HttpUris.parse(uri), null));
  }

  /**
   * {@return a request without a target, for streams only}
   *
   * @param uri an absolute http or https URI
   * @throws InvalidRequest if it is none
   */
  public static DownloadRequest of(URI uri) {
    return of(uri.toString());
  }

  /**
   * {@return a request for a file}
   *
   * @param uri an absolute http or https URI
   * @param target the file; or an existing directory, and the name comes from the server
   *     (Content-Disposition) or from the URI
   * @throws InvalidRequest if the URI is not http or https
   */
  public static DownloadRequest of(String uri, Path target) {
    Objects.requireNonNull(target, "target");
    return new DownloadRequest(new Values(HttpUris.parse(uri), target));
  }

  /**
   * {@return a request for a file}
   *
   * @param uri an absolute http or https URI
   * @param target the file; or an existing directory, and the name comes from the server
   *     (Content-Disposition) or from the URI
   * @throws InvalidRequest if the URI is not http or https
   */
  public static DownloadRequest of(URI uri, Path target) {
    return of(uri.toString(), target);
  }

  /**
   * {@return a request for a file of a directory, under a name that somebody else chose}
   *
   * @param uri an absolute http or https URI
   * @param directory an existing directory
   * @param name the name; made safe as a server's would be: the last element of a path, without
   *     control and bidi characters, leading dots and whatever a file system refuses; {@code
   *     download} where nothing is left
   * @throws InvalidRequest if the URI is not http or https
   */
  public static DownloadRequest of(String uri, Path directory, String name) {
    return of(uri, directory.resolve(FileNames.safe(name)));
  }

  /** {@return the URI to ask, with its userinfo and query: do not log it} */
  public URI uri() {
    return values.uri;
  }

  /**
   * {@return a copy that may get the same file from other places as well}
   *
   * @param uris absolute http or https URIs, as for {@link #withMirrors(List)}
   * @throws InvalidRequest if one of them is none
   */
  public DownloadRequest withMirrors(String... uris) {
    return withMirrors(Arrays.stream(uris).map(HttpUris::parse).toList());
  }

  /**
   * {@return a copy that may get the same file from other places as well}
   *
   * <p>{@link #uri()} (or the {@linkplain #withSource source}) is asked first, the next one where
   * that one fails; the first to answer says what the file is. Segments are then spread over all by
   * the speed that each shows. One that has another length than the first, or than {@link
   * #withTotalBytes} names, gives no ranges, answers with an error, can't be reached or is far
   * slower than another is left out, and what it was to bring comes from the others; one that fails
   * for now is asked again after a minute, or when all have failed, which together is one attempt
   * of the {@link RetryPolicy}. The download fails when no mirror is left, with the first one's
   * failure and the others' suppressed under it.
   *
   * <p>Equal lengths do not prove equal bytes: without a digest to expect, a file that several
   * mirrors have brought is noted {@link DownloadResult.Note#UNPROVEN}. With one, a file that has
   * come out wrong is fetched from each mirror alone until one has it, or until the same wrong
   * digest comes a second time: then the fault is not theirs. So is one that the first mirror to
   * answer does not bring to its end where another length kept others from taking part. A stream
   * can't start over, and fails.
   *
   * <p>Header fields and credentials go to the origin of {@link #uri()} only, as always; what
   * stands in a mirror's own URI goes to that mirror's.
   *
   * @param uris absolute http or https URIs, the best first, which replace those set before; none
   *     by default. Those that are equal count once
   * @throws InvalidRequest if one of them is none
   */
  public DownloadRequest withMirrors(List<URI> uris) {
    List<URI> mirrors =
        uris.stream()
            .map(uri -> HttpUris.parse(uri.toString()))
            .distinct()
            .filter(uri -> !uri.equals(values.uri))
            .toList();
    return with(v -> v.mirrors = mirrors);
  }

  /**
   * {@return where else the same file is, unmodifiable; with userinfo and queries: do not log them}
   */
  public List<URI> mirrors() {
    return values.mirrors;
  }

  /**
   * {@return the URI as logs and screens may show it: without userinfo, its query as an ellipsis}
   */
  public String redactedUri() {
    return HttpUris.redact(values.uri);
  }

  /** {@return the file or directory to write to, null for streams} */
  public @Nullable Path target() {
    return values.target;
  }

  /**
   * {@return a copy with another target}
   *
   * @param target the file; or an existing directory, as for {@link #of(String, Path)}
   */
  public DownloadRequest withTarget(Path target) {
    Objects.requireNonNull(target, "target");
    return with(v -> v.target = target);
  }

  /**
   * {@return a copy with another id}
   *
   * @param id what the download is called in snapshots, results and {@code find}; one line of 1 to
   *     200 characters; 12 random characters by default, the same for all copies of a request
   * @throws InvalidRequest if it is empty, longer, or has control characters
   */
  public DownloadRequest withId(String id) {
    if (!RequestId.isFit(id)) {
      throw refused("an id is one line of 1 to " + RequestId.LONGEST + " characters");
    }
    return with(v -> v.id = id);
  }

  /** {@return what the download is called} */
  public String id() {
    return values.id;
  }

  /**
   * {@return a copy that asks anew, before the first attempt and when a link has expired, where the
   * bytes are}
   *
   * <p>The engine calls it on Reactor's {@code Schedulers.boundedElastic()}. It may block there,
   * and wait for other downloads of the same engine; but the whole process shares those threads,
   * and where all of them are blocked it is called once one is free. A source that has named no
   * address within the {@linkplain NetworkSettings#withStallTimeout stall timeout}, that wait
   * included, has failed: {@link DownloadException.SourceUnavailable}.
   *
   * @param source called by the engine, once an attempt at most; {@link #uri()} still names the
   *     download and its file; none by default
   */
  public DownloadRequest withSource(Supplier<? extends CompletionStage<Source>> source) {
    Objects.requireNonNull(source, "source");
    return with(v -> v.source = source);
  }

  /** {@return who tells where the bytes are, null for the URI itself} */
  public @Nullable Supplier<? extends CompletionStage<Source>> source() {
    return values.source;
  }

  /**
   * {@return a copy that is verified: the file appears only if it has this digest}
   *
   * @param checksum the digest to expect; none by default: then one of the whole that the server
   *     offers is expected
   */
  public DownloadRequest withChecksum(Checksum checksum) {
    Objects.requireNonNull(checksum, "checksum");
    return with(v -> v.checksum = checksum);
  }

  /**
   * {@return a copy that is verified: the file appears only if it has this digest}
   *
   * @param checksum the digest to expect, as {@code sha256:2cf2…} or {@code sha-256=2cf2…}
   * @throws InvalidRequest if it is malformed; the message says what is wrong
   */
  public DownloadRequest withChecksum(String checksum) {
    try {
      return withChecksum(Checksum.parse(checksum));
    } catch (IllegalArgumentException e) {
      throw refused(Objects.requireNonNullElse(e.getMessage(), "the checksum is malformed"));
    }
  }

  /** {@return the digest to expect, null for none} */
  public @Nullable Checksum checksum() {
    return values.checksum;
  }

  /**
   * {@return a copy whose result carries a digest, though none is expected}
   *
   * @param algorithm the digest to compute while the bytes arrive; none by default
   */
  public DownloadRequest withComputedChecksum(HashAlgorithm algorithm) {
    Objects.requireNonNull(algorithm, "algorithm");
    return with(v -> v.computedChecksum = algorithm);
  }

  /** {@return the digest to compute, null for that of {@link #checksum()} or none} */
  public @Nullable HashAlgorithm computedChecksum() {
    return values.computedChecksum;
  }

  /**
   * {@return a copy with one more header field}
   *
   * <p>Fields go to the origin of the URI only, and nowhere after a redirect to another.
   *
   * @param name the name; has no case, and replaces an earlier field of the same name
   * @param value the value, in ISO-8859-1
   * @throws InvalidRequest if the field is malformed (RFC 9110 §5) or the engine's own: Range,
   *     If-*, Accept-Encoding, Host and hop-by-hop fields
   */
  public DownloadRequest withHeader(String name, String value) {
    String problem = Headers.problem(name, value);
    if (problem != null) {
      throw refused(problem);
    }
    Map<String, String> headers = Headers.with(values.headers, name, value);
    return with(v -> v.headers = headers);
  }

  /** {@return the header fields, unmodifiable; names are looked up without case} */
  public Map<String, String> headers() {
    return values.headers;
  }

  /**
   * {@return a copy with another number of connections}
   *
   * @param connections at least 1, or {@link Limits#AUTO} for the engine's number: the default
   * @throws IllegalArgumentException if it is negative
   */
  public DownloadRequest withConnections(int connections) {
    int checked = (int) Limits.atLeast("the number of connections", connections, Limits.AUTO);
    return with(v -> v.connections = checked);
  }

  /** {@return how many connections the download uses at most, or {@link Limits#AUTO}} */
  public int connections() {
    return values.connections;
  }

  /**
   * {@return a copy with another priority}
   *
   * @param priority of queued downloads the highest starts first, equal ones in their order; 0 by
   *     default
   */
  public DownloadRequest withPriority(int priority) {
    return with(v -> v.priority = priority);
  }

  /** {@return the priority} */
  public int priority() {
    return values.priority;
  }

  /**
   * {@return a copy with its own retry policy}
   *
   * @param policy the policy; the engine's by default
   */
  public DownloadRequest withRetryPolicy(RetryPolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return with(v -> v.retryPolicy = policy);
  }

  /** {@return the retry policy, null for the engine's} */
  public @Nullable RetryPolicy retryPolicy() {
    return values.retryPolicy;
  }

  /**
   * {@return a copy with its own network settings}
   *
   * @param network all of the settings; the engine's by default
   */
  public DownloadRequest withNetwork(NetworkSettings network) {
    Objects.requireNonNull(network, "network");
    return with(v -> v.network = network);
  }

  /** {@return the network settings, null for the engine's} */
  public @Nullable NetworkSettings network() {
    return values.network;
  }

  /**
   * {@return a copy that resumes, or does not}
   *
   * <p>A file of more than one segment has a journal beside its part file, which tells the next
   * download onto the same target what is there. That is read again and compared, and it counts
   * only for the same version: by an equal strong validator (RFC 9110 §8.8.1), or where a digest is
   * expected. Otherwise the download starts over.
   *
   * @param resume whether to go on with what an earlier run has left, and to leave something for
   *     the next; true by default
   */
  public DownloadRequest withResume(boolean resume) {
    return with(v -> v.resume = resume);
  }

  /** {@return whether the download resumes} */
  public boolean resume() {
    return values.resume;
  }

  /**
   * {@return a copy that overwrites, or does not}
   *
   * @param overwrite whether a file that has the target's name is replaced, in one step and only by
   *     a whole file; false by default: such a file is an error
   */
  public DownloadRequest withOverwrite(boolean overwrite) {
    return with(v -> v.overwrite = overwrite);
  }

  /** {@return whether an existing target is replaced} */
  public boolean overwrite() {
    return values.overwrite;
  }

  /**
   * {@return a copy that fetches only what has changed, or does not}
   *
   * <p>What tells the version of the file (ETag, Last-Modified) is kept beside it, as {@code
   * NAME.qsde-version}. The next download of the same URI onto the same target asks for another
   * version only (RFC 9110 §13.1), and where there is none it succeeds with {@link
   * DownloadResult.Note#NOT_MODIFIED}. A file that somebody has written to meanwhile is fetched
   * again, as is one of which nothing was kept: no version could be told, or the result was noted
   * {@link DownloadResult.Note#UNPROVEN} or {@link DownloadResult.Note#LENGTH_UNKNOWN}. In a
   * directory it is the file with the name from the URI that is asked about.
   *
   * @param ifNewer whether the file is fetched only where the server has another version, and then
   *     replaced, whatever {@link #withOverwrite} says; false by default
   */
  public DownloadRequest withIfNewer(boolean ifNewer) {
    return with(v -> v.ifNewer = ifNewer);
  }

  /** {@return whether the file is fetched only where the server has another version} */
  public boolean ifNewer() {
    return values.ifNewer;
  }

  /**
   * {@return a copy whose file gets the time of its last change at the server, or does not}
   *
   * @param remoteTime whether a file gets the time that Last-Modified tells before it gets its
   *     name, where there is such a field and the file system takes it; false by default: the time
   *     is that of the download
   */
  public DownloadRequest withRemoteTime(boolean remoteTime) {
    return with(v -> v.remoteTime = remoteTime);
  }

  /** {@return whether the file gets the time of its last change at the server} */
  public boolean remoteTime() {
    return values.remoteTime;
  }

  /**
   * {@return a copy that forces the file to the disk, or does not}
   *
   * @param fsync whether the bytes are forced before the file gets its name; by default they are
   *     where a journal was kept: a file of more than one segment that resumes
   */
  public DownloadRequest withFsync(boolean fsync) {
    return with(v -> v.fsync = fsync);
  }

  /** {@return whether the file is forced to the disk, null for only where a journal was kept} */
  public @Nullable Boolean fsync() {
    return values.fsync;
  }

  /**
   * {@return a copy of whose file the length is known beforehand}
   *
   * <p>A file of another length fails with {@link DownloadException.InvalidResponse}: before a byte
   * of it is taken where the server tells a length; else at its end, and as soon as it exceeds this
   * one. Such a file is fetched once more, past the caches, as after a wrong digest. Where there
   * are {@linkplain #withMirrors mirrors}, the next one is asked in place of one that has another
   * length. The length counts as it comes: a body that a server compresses unasked has another one.
   *
   * @param bytes the bytes that the file has, at least 0; not known by default
   * @throws IllegalArgumentException if it is less
   */
  public DownloadRequest withTotalBytes(long bytes) {
    long checked = Limits.atLeast("the length of a file", bytes, 0);
    return with(v -> v.totalBytes = OptionalLong.of(checked));
  }

  /** {@return the bytes that the file has, empty where that is not known beforehand} */
  public OptionalLong totalBytes() {
    return values.totalBytes;
  }

  /**
   * {@return a copy that fails beyond a size, with {@link DownloadException.TooLarge}}
   *
   * @param bytes the most bytes that the file may have, at least 1; {@link Limits#UNLIMITED} by
   *     default
   * @throws IllegalArgumentException if it is less
   */
  public DownloadRequest withMaxBytes(long bytes) {
    long checked = Limits.atLeast("the most bytes of a download", bytes, 1);
    return with(v -> v.maxBytes = checked);
  }

  /** {@return the most bytes that the file may have, or {@link Limits#UNLIMITED}} */
  public long maxBytes() {
    return values.maxBytes;
  }

  /**
   * {@return a copy with a limited speed}
   *
   * @param bytes bytes a second, at least 1; {@link Limits#UNLIMITED} by default. The engine's
   *     limit counts as well
   * @throws IllegalArgumentException if it is less
   */
  public DownloadRequest withBytesPerSecond(long bytes) {
    long checked = Limits.atLeast("the limit in bytes a second", bytes, 1);
    return with(v -> v.bytesPerSecond = checked);
  }

  /** {@return the speed in bytes a second, or {@link Limits#UNLIMITED}} */
  public long bytesPerSecond() {
    return values.bytesPerSecond;
  }

  /**
   * {@return a copy that fails beyond a time, with {@link DownloadException.Timeout.Phase#TOTAL}}
   *
   * @param timeout for the whole download with all its attempts, from its start (not while it is
   *     queued or paused); longer than zero; unlimited by default
   * @throws IllegalArgumentException if it is not longer than zero
   */
  public DownloadRequest withTotalTimeout(Duration timeout) {
    Duration checked = NetworkSettings.positive("the total timeout", timeout);
    return with(v -> v.totalTimeout = checked);
  }

  /** {@return how long the whole download may take, null for unlimited} */
  public @Nullable Duration totalTimeout() {
    return values.totalTimeout;
  }

  /** {@return the request without the userinfo and query of URIs and the values of headers} */
  @Override
  public String toString() {
    return "DownloadRequest[id="
        + id()
        + ", uri="
        + redactedUri()
        + (mirrors().isEmpty()
            ? ""
            : ", mirrors=" + mirrors().stream().map(HttpUris::redact).toList())
        + ", target="
        + target()
        + ", headers="
        + Headers.redact(headers())
        + "]";
  }

  private InvalidRequest refused(String reason) {
    return new InvalidRequest(values.uri, values.target, reason, null);
  }

  private DownloadRequest with(Consumer<Values> change) {
    return new DownloadRequest(values.with(change));
  }

  private static final class Values extends Fields<Values> {
    final URI uri;
    List<URI> mirrors = List.of();
    @Nullable Path target;
    String id = RequestId.random();
    @Nullable Supplier<? extends CompletionStage<Source>> source;
    @Nullable Checksum checksum;
    @Nullable HashAlgorithm computedChecksum;
    Map<String, String> headers = Headers.none();
    int connections = Limits.AUTO;
    int priority;
    @Nullable RetryPolicy retryPolicy;
    @Nullable NetworkSettings network;
    boolean resume = true;
    boolean overwrite;
    boolean ifNewer;
    boolean remoteTime;
    @Nullable Boolean fsync;
    OptionalLong totalBytes = OptionalLong.empty();
    long maxBytes = Limits.UNLIMITED;
    long bytesPerSecond = Limits.UNLIMITED;
    @Nullable Duration totalTimeout;

    Values(URI uri, @Nullable Path target) {
      this.uri = uri;
      this.target = target;
    }
  }
}
