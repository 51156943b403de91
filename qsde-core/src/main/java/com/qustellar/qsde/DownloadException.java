package com.qustellar.qsde;

import com.qustellar.qsde.internal.http.HttpUris;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why a download failed: one nested class a kind, so that callers catch what they can mend.
 *
 * <p>A message is one line: what failed, why, and what to do. It shows URIs without userinfo and
 * query, and what a server said without control, escape and bidi characters; it never holds a
 * secret. {@link #uri()} is the whole URI: do not log it. Causes speak for themselves.
 *
 * <p>What else has gone wrong of the same download stands {@linkplain #getSuppressed suppressed}
 * under it: at its mirrors, at other segments at the same time, in earlier attempts at the whole
 * file.
 *
 * <p>Kinds and constants may be added, so a {@code switch} over them has a {@code default}.
 */
@SuppressWarnings("serial") // the serialized form is not part of the contract
public abstract sealed class DownloadException extends RuntimeException {

  private final URI uri;
  private final transient @Nullable Path target; // few paths are serializable

  private DownloadException(
      String message, URI uri, @Nullable Path target, @Nullable Throwable cause) {
    super(message, cause);
    this.uri = uri;
    this.target = target;
  }

  /** {@return the URI that was asked, with all its secrets} */
  public final URI uri() {
    return uri;
  }

  /** {@return the target of the download, null if it has none} */
  public final @Nullable Path target() {
    return target;
  }

  /**
   * {@return whether the same request may succeed when it is sent again}
   *
   * <p>{@link RetryPolicy} never retries what answers false.
   */
  public abstract boolean retryable();

  /** The server answered with a status that is no success. */
  public static final class HttpStatus extends DownloadException {

    private final int status;
    private final @Nullable Instant retryAfter;
    private final @Nullable Duration retryIn;

    /**
     * Reports an answer that arrives now: {@link #retryIn()} counts from this moment.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param status the status code
     * @param retryAfter the moment that Retry-After names, if the answer had that field
     * @param cause what was thrown underneath, if anything
     */
    public HttpStatus(
        URI uri,
        @Nullable Path target,
        int status,
        @Nullable Instant retryAfter,
        @Nullable Throwable cause) {
      this(uri, target, status, retryAfter, Instant.now(), cause);
    }

    /**
     * Reports an answer that arrived at a known moment.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param status the status code
     * @param retryAfter the moment that Retry-After names, if the answer had that field
     * @param received when the answer arrived; {@link #retryIn()} counts from there
     * @param cause what was thrown underneath, if anything
     */
    public HttpStatus(
        URI uri,
        @Nullable Path target,
        int status,
        @Nullable Instant retryAfter,
        Instant received,
        @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " answered "
              + StatusText.of(status)
              + (retryAfter == null ? "" : " and asks to wait until " + seconds(retryAfter))
              + ": "
              + StatusText.advice(status),
          uri,
          target,
          cause);
      this.status = status;
      this.retryAfter = retryAfter;
      this.retryIn = retryAfter == null ? null : untilOrZero(received, retryAfter);
    }

    /** {@return the status code} */
    public int status() {
      return status;
    }

    /**
     * {@return the moment before which the server wants no further request, null if it told none}
     */
    public @Nullable Instant retryAfter() {
      return retryAfter;
    }

    /**
     * {@return how long that was to be waited when the answer arrived, zero for a moment that had
     * passed, null if the server told none}
     */
    public @Nullable Duration retryIn() {
      return retryIn;
    }

    @Override
    public boolean retryable() {
      return switch (status) {
        case 408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524 -> true;
        default -> false;
      };
    }

    /** Retry-After has no fractions: any would be those of the moment of the answer. */
    private static Instant seconds(Instant moment) {
      return moment.truncatedTo(ChronoUnit.SECONDS);
    }

    private static Duration untilOrZero(Instant from, Instant until) {
      return until.isAfter(from) ? Duration.between(from, until) : Duration.ZERO;
    }
  }

  /** Something took longer than it may. */
  public static final class Timeout extends DownloadException {

    private final Phase phase;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param phase what took too long
     * @param cause what was thrown underneath, if anything
     */
    public Timeout(URI uri, @Nullable Path target, Phase phase, @Nullable Throwable cause) {
      super(HttpUris.redact(uri) + phase.words, uri, target, cause);
      this.phase = phase;
    }

    /** {@return what took too long} */
    public Phase phase() {
      return phase;
    }

    @Override
    public boolean retryable() {
      return phase != Phase.TOTAL;
    }

    /** What took too long. */
    public enum Phase {
      /** No connection came free. */
      ACQUIRE(" got no free connection in time: start fewer downloads at once, or allow more"),
      /** No connection was made within the connect timeout. */
      CONNECT(" could not be connected to in time: check the network, or raise the timeout"),
      /** The TLS handshake did not end within the connect timeout. */
      TLS(" did not finish the TLS handshake in time: check the network, or raise the timeout"),
      /** The request was sent and no answer came within the stall timeout. */
      RESPONSE(" did not answer in time: try again later, or raise the stall timeout"),
      /** No byte came within the stall timeout though bytes were wanted. */
      STALL(" stopped sending: try again later, or raise the stall timeout"),
      /** Bytes came, but slower than the speed limit asks for. */
      SLOW(" sends slower than the speed limit asks for: try again later, or lower the limit"),
      /** The download did not end within the request's total timeout. */
      TOTAL(" was not downloaded within the total time that the request allows: raise it");

      private final String words;

      Phase(String words) {
        this.words = words;
      }
    }
  }

  /** No connection could be made: refused, unreachable. */
  public static final class ConnectFailed extends DownloadException {

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public ConnectFailed(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          "could not connect to "
              + FailureText.server(uri)
              + FailureText.why(cause)
              + ": check the address, the port and the network",
          uri,
          target,
          cause);
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The connection broke, or ended before all bytes had come. */
  public static final class ConnectionLost extends DownloadException {

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public ConnectionLost(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          "the connection to "
              + FailureText.host(uri)
              + " broke"
              + FailureText.why(cause)
              + ": try again, what can be resumed is kept",
          uri,
          target,
          cause);
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The host's name has no address, or no name server could be asked. */
  public static final class NameNotResolved extends DownloadException {

    private final boolean retryable;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public NameNotResolved(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          "the name "
              + FailureText.host(uri)
              + " was not found: check its spelling and the network",
          uri,
          target,
          cause);
      this.retryable = true;
    }

    /**
     * Reports that a host has addresses, but none of the only family that is used.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param family the family
     * @param retryable whether that may change: an address in the URI stays what it is
     * @param cause what was thrown underneath, if anything
     */
    public NameNotResolved(
        URI uri,
        @Nullable Path target,
        AddressFamily family,
        boolean retryable,
        @Nullable Throwable cause) {
      super(
          FailureText.host(uri)
              + (retryable ? " has no " : " is no ")
              + (family == AddressFamily.IPV4 ? "IPv4" : "IPv6")
              + " address, and no other is to be used: allow both families, or ask another host",
          uri,
          target,
          cause);
      this.retryable = retryable;
    }

    @Override
    public boolean retryable() {
      return retryable;
    }
  }

  /** TLS could not be agreed upon; most often the certificate is not trusted. */
  public static final class TlsFailure extends DownloadException {

    private final Problem problem;

    /**
     * Reports one whose cause only knows why.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public TlsFailure(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          "no trusted TLS connection to "
              + FailureText.host(uri)
              + FailureText.why(cause)
              + ": check the name, the clock and the trusted certificates",
          uri,
          target,
          cause);
      this.problem = Problem.OTHER;
    }

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param problem what is wrong
     * @param detail more words on it, a date or a name, say; null for none
     * @param cause what was thrown underneath, if anything
     */
    public TlsFailure(
        URI uri,
        @Nullable Path target,
        Problem problem,
        @Nullable String detail,
        @Nullable Throwable cause) {
      super(
          "no trusted TLS connection to "
              + FailureText.host(uri)
              + ": "
              + problem.words
              + (detail == null ? "" : " (" + FailureText.quote(detail) + ")")
              + ": "
              + problem.advice,
          uri,
          target,
          cause);
      this.problem = problem;
    }

    /** {@return what is wrong} */
    public Problem problem() {
      return problem;
    }

    @Override
    public boolean retryable() {
      return false;
    }

    /** What is wrong with a TLS connection. */
    public enum Problem {
      /** A certificate of the server's chain is no longer valid. */
      EXPIRED(
          "its certificate has expired", "check this machine's clock, or tell who runs the server"),
      /** A certificate of the server's chain is not valid yet. */
      NOT_YET_VALID(
          "its certificate is not valid yet",
          "check this machine's clock, or tell who runs the server"),
      /** The certificate names other hosts than the one that was asked (RFC 9110 §4.3.4). */
      WRONG_NAME(
          "its certificate is for another name",
          "check the address, or ask for one of the names in the certificate"),
      /** The server signed its certificate itself, and it is not among the trusted ones. */
      SELF_SIGNED(
          "its certificate is signed by itself",
          "add it to the trusted certificates if it is known to be the right one"),
      /** No trusted authority stands at the end of the server's chain. */
      UNKNOWN_AUTHORITY(
          "its certificate comes from an authority that is not trusted",
          "add that authority to the trusted certificates if it is known to be right; a server may"
              + " also have left out a certificate in between"),
      /** The authority has revoked the certificate. */
      REVOKED("its certificate was revoked", "tell who runs the server"),
      /** A key or a signature of the server's chain is too weak to be trusted. */
      WEAK("its certificate is too weak", "tell who runs the server"),
      /** Client and server have no version of TLS or no cipher in common. */
      NO_COMMON_PROTOCOL(
          "it has no version of TLS or no cipher in common with this client",
          "tell who runs the server, allow it in the settings of the Java runtime, or show the client"
              + " certificate that it may want"),
      /** What answers at that port does not speak TLS. */
      NOT_TLS("what answers there does not speak TLS", "check the port, or ask with http://"),
      /** The server wants a client certificate, or does not accept the one that it was shown. */
      CLIENT_CERTIFICATE(
          "it did not accept the client certificate, or misses one",
          "name a certificate in the TLS settings that this server accepts"),
      /** A file that the TLS settings name cannot be used; nothing was asked. */
      SETTINGS(
          "a file of the TLS settings cannot be used", "name a file that holds what it should"),
      /** Anything else: the cause tells. */
      OTHER("TLS failed", "check the name, the clock and the trusted certificates");

      private final String words;
      private final String advice;

      Problem(String words, String advice) {
        this.words = words;
        this.advice = advice;
      }
    }
  }

  /** The way through a proxy is closed: it cannot be reached, or does not lead to the server. */
  public static final class ProxyFailure extends DownloadException {

    private final Fault fault;
    private final int status;

    /**
     * Reports for a request that the proxy refused it.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public ProxyFailure(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      this(uri, target, Fault.REFUSED, 0, cause);
    }

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param fault what is wrong with the proxy
     * @param status the status that an HTTP proxy answered with, 0 for none
     * @param cause what was thrown underneath, if anything
     */
    public ProxyFailure(
        URI uri, @Nullable Path target, Fault fault, int status, @Nullable Throwable cause) {
      this(uri, target, null, fault, status, cause);
    }

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param proxy the proxy, of which the message shows host and port; null where it is not known
     * @param fault what is wrong with the proxy
     * @param status the status that an HTTP proxy answered with, 0 for none
     * @param cause what was thrown underneath, if anything
     */
    public ProxyFailure(
        URI uri,
        @Nullable Path target,
        @Nullable URI proxy,
        Fault fault,
        int status,
        @Nullable Throwable cause) {
      super(
          fault.message.formatted(
              proxy == null ? "the proxy" : "the proxy " + FailureText.server(proxy),
              FailureText.host(uri),
              FailureText.why(cause)),
          uri,
          target,
          cause);
      this.fault = fault;
      this.status = status;
    }

    /** {@return what is wrong with the proxy} */
    public Fault fault() {
      return fault;
    }

    /** {@return the status that an HTTP proxy answered with, empty if it did not} */
    public OptionalInt status() {
      return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /** {@return whether the proxy, or the server behind it, may be reached the next time} */
    @Override
    public boolean retryable() {
      return fault == Fault.UNREACHABLE || fault == Fault.LEADS_NOWHERE;
    }

    /** What is wrong with a proxy. */
    public enum Fault {
      /** It could not be connected to, its name is not known, or it did not answer in time. */
      UNREACHABLE("%s on the way to %s cannot be reached%s: check its address and the network"),
      /** It wants credentials, or others. */
      CREDENTIALS(
          "%s on the way to %s wants credentials%s: give them as user:password@ in front of"
              + " its host"),
      /** It does not let this server be reached. */
      REFUSED("%s did not let %s be reached%s: check its address and credentials"),
      /** It could not reach the server. */
      LEADS_NOWHERE("%s could not reach %s%s: check the address, or try again later");

      private final String message;

      Fault(String message) {
        this.message = message;
      }
    }
  }

  /** The request's source could not tell where the bytes are. */
  public static final class SourceUnavailable extends DownloadException {

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public SourceUnavailable(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          "the source of " + HttpUris.redact(uri) + " named no address: see the cause",
          uri,
          target,
          cause);
    }

    @Override
    public boolean retryable() {
      return !(getCause() instanceof DownloadException failure) || failure.retryable();
    }
  }

  /** The file changed at the server while it was downloaded, and changed again. */
  public static final class SourceChanged extends DownloadException {

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public SourceChanged(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " changed while it was being downloaded, twice: try again when it is no longer written to",
          uri,
          target,
          cause);
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The request cannot be sent: its URI, a header or another part is malformed. */
  public static final class InvalidRequest extends DownloadException {

    private final String reason;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param reason what is wrong with the request
     * @param cause what was thrown underneath, if anything
     */
    public InvalidRequest(
        URI uri, @Nullable Path target, String reason, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri) + " cannot be used: " + FailureText.quote(reason),
          uri,
          target,
          cause);
      this.reason = FailureText.quote(reason);
    }

    /** {@return what is wrong with the request, fit for a terminal} */
    public String reason() {
      return reason;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /**
   * The server's answer breaks the rules of HTTP, contradicts itself, or is of a file of another
   * length than the request names.
   */
  public static final class InvalidResponse extends DownloadException {

    private final String reason;
    private final boolean afterGoodAnswers;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param reason what is wrong with the answer
     * @param cause what was thrown underneath, if anything
     */
    public InvalidResponse(
        URI uri, @Nullable Path target, String reason, @Nullable Throwable cause) {
      this(uri, target, reason, false, cause);
    }

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param reason what is wrong with the answer
     * @param afterGoodAnswers whether the server had answered this download well before; then it is
     *     worth another attempt, as a lost connection is
     * @param cause what was thrown underneath, if anything
     */
    public InvalidResponse(
        URI uri,
        @Nullable Path target,
        String reason,
        boolean afterGoodAnswers,
        @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " sent an answer that cannot be used: "
              + FailureText.quote(reason),
          uri,
          target,
          cause);
      this.reason = FailureText.quote(reason);
      this.afterGoodAnswers = afterGoodAnswers;
    }

    /** {@return what is wrong with the answer, fit for a terminal} */
    public String reason() {
      return reason;
    }

    @Override
    public boolean retryable() {
      return afterGoodAnswers;
    }
  }

  /** The file is larger than the request allows. */
  public static final class TooLarge extends DownloadException {

    private final long maxBytes;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param maxBytes the most bytes that were allowed
     * @param cause what was thrown underneath, if anything
     */
    public TooLarge(URI uri, @Nullable Path target, long maxBytes, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " is larger than the "
              + FailureText.size(maxBytes)
              + " that are allowed: raise the limit if that is wanted",
          uri,
          target,
          cause);
      this.maxBytes = maxBytes;
    }

    /** {@return the most bytes that were allowed} */
    public long maxBytes() {
      return maxBytes;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** All bytes have come, and their digest is not the expected one; no file of them is left. */
  public static final class ChecksumMismatch extends DownloadException {

    private final Checksum expected;
    private final Checksum actual;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param expected the digest that was asked for
     * @param actual the digest of the bytes that came
     * @param cause what was thrown underneath, if anything
     */
    public ChecksumMismatch(
        URI uri,
        @Nullable Path target,
        Checksum expected,
        Checksum actual,
        @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + ": the checksum is wrong: expected "
              + expected
              + ", got "
              + actual
              + (target == null ? ": " : ": what came was removed; ")
              + "check the checksum or the source",
          uri,
          target,
          cause);
      this.expected = expected;
      this.actual = actual;
    }

    /** {@return the digest that was asked for} */
    public Checksum expected() {
      return expected;
    }

    /** {@return the digest of the bytes that came} */
    public Checksum actual() {
      return actual;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The disk has less room than the file needs. */
  public static final class DiskFull extends DownloadException {

    private final long neededBytes;
    private final long freeBytes;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param neededBytes the bytes that were still to be written
     * @param freeBytes the bytes that were free
     * @param cause what was thrown underneath, if anything
     */
    public DiskFull(
        URI uri,
        @Nullable Path target,
        long neededBytes,
        long freeBytes,
        @Nullable Throwable cause) {
      super(
          "no room for "
              + FailureText.file(target)
              + ": "
              + FailureText.neededAndFree(neededBytes, freeBytes)
              + ": make room or choose another disk",
          uri,
          target,
          cause);
      this.neededBytes = neededBytes;
      this.freeBytes = freeBytes;
    }

    /** {@return the bytes that were still to be written} */
    public long neededBytes() {
      return neededBytes;
    }

    /** {@return the bytes that were free} */
    public long freeBytes() {
      return freeBytes;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The target, or the part file or journal beside it, cannot be used. */
  public static final class FileAccess extends DownloadException {

    private final Reason reason;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param reason what is in the way
     * @param cause what was thrown underneath, if anything
     */
    public FileAccess(URI uri, @Nullable Path target, Reason reason, @Nullable Throwable cause) {
      super(FailureText.file(target) + words(reason, cause), uri, target, cause);
      this.reason = reason;
    }

    private static String words(Reason reason, @Nullable Throwable cause) {
      if (reason == Reason.NAME_REFUSED && cause instanceof InvalidPathException) {
        return " has a name with letters that this locale lacks: choose another name, or a locale in UTF-8";
      }
      return reason.problem + (reason == Reason.IO ? FailureText.why(cause) : "") + reason.advice;
    }

    /** {@return what is in the way} */
    public Reason reason() {
      return reason;
    }

    @Override
    public boolean retryable() {
      return false;
    }

    /** What is in the way. */
    public enum Reason {
      /** The target exists and overwriting was not asked for. */
      EXISTS(" exists already", ": choose another name, or allow to overwrite it"),
      /** The target is a device, a pipe or a socket, or a symbolic link to one. */
      DEVICE(" is a device, a pipe or a socket, and no file", ": choose another name"),
      /** Another download, in this process or another, is writing the same target. */
      IN_USE(" is being downloaded already", ": wait for it, or choose another name"),
      /** The target's directory does not exist or is none. */
      NO_DIRECTORY(" has no directory to stand in", ": create it, or choose another"),
      /** The file system does not permit it. */
      NO_PERMISSION(" may not be written", ": check the permissions of its directory"),
      /** The file system is mounted to be read only. */
      READ_ONLY(" is on a file system that is read-only", ": choose another directory"),
      /** Its file system, that of a zip file say, lacks what a download needs to write a file. */
      UNSUPPORTED(" is on a file system that downloads can't write to", ": choose another one"),
      /** A symbolic link stands where a file of the download belongs. */
      SYMBOLIC_LINK(" has a symbolic link in its place", ": remove it, or choose another name"),
      /** The file system refuses the name. */
      NAME_REFUSED(" has a name that the file system refuses", ": choose another name"),
      /** The part file vanished or was replaced while it was being written. */
      LOST(" was removed or replaced while it was being written", ": download it again"),
      /** Reading or writing failed. */
      IO(" could not be read or written", ": check the disk");

      private final String problem;
      private final String advice;

      Reason(String problem, String advice) {
        this.problem = problem;
        this.advice = advice;
      }
    }
  }

  /** The server redirected more often than is allowed; most often in a loop. */
  public static final class TooManyRedirects extends DownloadException {

    private final int limit;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param limit the most redirects that were allowed
     * @param cause what was thrown underneath, if anything
     */
    public TooManyRedirects(URI uri, @Nullable Path target, int limit, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri) + " redirects more than " + limit + " times: check the address",
          uri,
          target,
          cause);
      this.limit = limit;
    }

    /** {@return the most redirects that were allowed} */
    public int limit() {
      return limit;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** A redirect leads where none is followed: from https to http, or to another scheme. */
  public static final class RedirectRefused extends DownloadException {

    private static final Pattern HTTP = Pattern.compile("(?i)https?:");

    private final URI location;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param location where the redirect leads
     * @param cause what was thrown underneath, if anything
     */
    public RedirectRefused(
        URI uri, @Nullable Path target, URI location, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " redirects to "
              + HttpUris.redact(location)
              + ", which is not followed: "
              + (HTTP.matcher(HttpUris.redact(location)).lookingAt()
                  ? "ask for that address itself if it is trusted"
                  : "only http and https can be downloaded"),
          uri,
          target,
          cause);
      this.location = location;
    }

    /** {@return where the redirect leads, with all its secrets} */
    public URI location() {
      return location;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The address policy does not allow the address that the host has. */
  public static final class AddressRefused extends DownloadException {

    private final String address;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param address the address that was refused, as a literal
     * @param cause what was thrown underneath, if anything
     */
    public AddressRefused(
        URI uri, @Nullable Path target, String address, @Nullable Throwable cause) {
      super(
          isLiteral(uri, address)
              ? "the address policy refuses " + FailureText.quote(address)
              : FailureText.host(uri)
                  + " has the address "
                  + FailureText.quote(address)
                  + ", which the address policy refuses",
          uri,
          target,
          cause);
      this.address = address;
    }

    private static boolean isLiteral(URI uri, String address) {
      String host = FailureText.host(uri);
      return host.equals(address) || host.equals("[" + address + "]");
    }

    /** {@return the address that was refused, as a literal} */
    public String address() {
      return address;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The download was cancelled, or its engine was closed. */
  public static final class Cancelled extends DownloadException {

    private final boolean resumable;

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param resumable whether part file and journal were kept
     * @param cause what was thrown underneath, if anything
     */
    public Cancelled(URI uri, @Nullable Path target, boolean resumable, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " was cancelled"
              + (resumable ? ": what was received is kept for the next time" : ": nothing is kept"),
          uri,
          target,
          cause);
      this.resumable = resumable;
    }

    /** {@return whether part file and journal were kept, so that the next download resumes} */
    public boolean resumable() {
      return resumable;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** Something failed that should not; most likely a defect of QSDE or of what it stands on. */
  public static final class Unexpected extends DownloadException {

    /**
     * Reports it for a request.
     *
     * @param uri the URI that was asked; the message shows it redacted
     * @param target the target of the download, if it has one
     * @param cause what was thrown underneath, if anything
     */
    public Unexpected(URI uri, @Nullable Path target, @Nullable Throwable cause) {
      super(
          HttpUris.redact(uri)
              + " failed unexpectedly"
              + (cause == null ? "" : " with " + cause.getClass().getName())
              + ": please report it with the stack trace",
          uri,
          target,
          cause);
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }
}
