package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.AddressRefused;
import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadException.ChecksumMismatch;
import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.DiskFull;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.RedirectRefused;
import com.qustellar.qsde.DownloadException.SourceChanged;
import com.qustellar.qsde.DownloadException.SourceUnavailable;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadException.TooLarge;
import com.qustellar.qsde.DownloadException.TooManyRedirects;
import com.qustellar.qsde.DownloadException.Unexpected;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadExceptionTest {

  private static final URI SECRET = URI.create("https://user:SECRET@h:8443/dir/x?sig=SECRET");
  private static final Path FILE = Path.of("x.bin");
  private static final Checksum ZERO = Checksum.of(HashAlgorithm.MD5, new byte[16]);
  private static final Checksum ACTUAL = Checksum.parse("md5:d41d8cd98f00b204e9800998ecf8427e");
  private static final Instant LATER = Instant.parse("2026-01-01T00:01:00Z");

  /** One of each kind, with what a user reads. */
  static Stream<List<Object>> kinds() {
    Throwable refused = new ConnectException("Connection refused: h/127.0.0.1:1");
    return Stream.of(
        List.of(
            new HttpStatus(SECRET, FILE, 404, null, refused),
            "https://h:8443/dir/x?… answered 404 Not Found: check the address"),
        List.of(
            new HttpStatus(SECRET, FILE, 503, LATER, refused),
            "https://h:8443/dir/x?… answered 503 Service Unavailable and asks to wait until"
                + " 2026-01-01T00:01:00Z: the server is in trouble, try again later"),
        List.of(
            new Timeout(SECRET, FILE, Timeout.Phase.STALL, refused),
            "https://h:8443/dir/x?… stopped sending: try again later, or raise the stall timeout"),
        List.of(
            new ConnectFailed(SECRET, FILE, refused),
            "could not connect to h:8443 (Connection refused: h/127.0.0.1:1): check the address,"
                + " the port and the network"),
        List.of(
            new ConnectionLost(SECRET, FILE, new IOException("Connection reset by peer")),
            "the connection to h broke (Connection reset by peer): try again, what can be resumed"
                + " is kept"),
        List.of(
            new NameNotResolved(SECRET, FILE, refused),
            "the name h was not found: check its spelling and the network"),
        List.of(
            new NameNotResolved(SECRET, FILE, AddressFamily.IPV6, true, refused),
            "h has no IPv6 address, and no other is to be used: allow both families, or ask another"
                + " host"),
        List.of(
            new TlsFailure(SECRET, FILE, new IOException("PKIX path building failed")),
            "no trusted TLS connection to h (PKIX path building failed): check the name, the clock"
                + " and the trusted certificates"),
        List.of(
            new TlsFailure(
                SECRET,
                FILE,
                TlsFailure.Problem.EXPIRED,
                "valid until \u001b[1m2020-01-01T00:00:00Z",
                refused),
            "no trusted TLS connection to h: its certificate has expired (valid until"
                + " [1m2020-01-01T00:00:00Z): check this machine's clock, or tell who runs the"
                + " server"),
        List.of(
            new TlsFailure(SECRET, FILE, TlsFailure.Problem.NOT_TLS, null, refused),
            "no trusted TLS connection to h: what answers there does not speak TLS: check the port,"
                + " or ask with http://"),
        List.of(
            new ProxyFailure(SECRET, FILE, new IOException("status: 407")),
            "the proxy did not let h be reached (status: 407): check its address and credentials"),
        List.of(
            new ProxyFailure(
                SECRET, FILE, ProxyFailure.Fault.UNREACHABLE, 0, new IOException("refused")),
            "the proxy on the way to h cannot be reached (refused): check its address and the"
                + " network"),
        List.of(
            new ProxyFailure(
                SECRET, FILE, ProxyFailure.Fault.CREDENTIALS, 407, new IOException("status 407")),
            "the proxy on the way to h wants credentials (status 407): give them as user:password@"
                + " in front of its host"),
        List.of(
            new ProxyFailure(
                SECRET, FILE, ProxyFailure.Fault.LEADS_NOWHERE, 502, new IOException("bad")),
            "the proxy could not reach h (bad): check the address, or try again later"),
        List.of(
            new ProxyFailure(
                SECRET,
                FILE,
                URI.create("http://u:SECRET@my_proxy:3128"),
                ProxyFailure.Fault.LEADS_NOWHERE,
                502,
                new IOException("bad")),
            "the proxy my_proxy:3128 could not reach h (bad): check the address, or try again later"),
        List.of(
            new SourceUnavailable(SECRET, FILE, refused),
            "the source of https://h:8443/dir/x?… named no address: see the cause"),
        List.of(
            new SourceChanged(SECRET, FILE, refused),
            "https://h:8443/dir/x?… changed while it was being downloaded, twice: try again when it"
                + " is no longer written to"),
        List.of(
            new InvalidRequest(SECRET, FILE, "no\u001B[0m header\n", refused),
            "https://h:8443/dir/x?… cannot be used: no[0m header"),
        List.of(
            new InvalidResponse(SECRET, FILE, "Content-Range: \u202Ebytes\u0007 9", refused),
            "https://h:8443/dir/x?… sent an answer that cannot be used: Content-Range: bytes 9"),
        List.of(
            new TooLarge(SECRET, FILE, 1000, refused),
            "https://h:8443/dir/x?… is larger than the 1000 bytes that are allowed: raise the limit"
                + " if that is wanted"),
        List.of(
            new ChecksumMismatch(SECRET, FILE, ZERO, ACTUAL, refused),
            "https://h:8443/dir/x?…: the checksum is wrong: expected"
                + " md5:00000000000000000000000000000000, got"
                + " md5:d41d8cd98f00b204e9800998ecf8427e: what came was removed; check the checksum"
                + " or the source"),
        List.of(
            new DiskFull(SECRET, FILE, 10, 5, refused),
            "no room for x.bin: 10 bytes are needed and 5 bytes are free: make room or choose"
                + " another disk"),
        List.of(
            new DiskFull(SECRET, FILE, 50_000_000, 20 << 20, refused),
            "no room for x.bin: 47.7 MiB are needed and 20.0 MiB are free: make room or choose"
                + " another disk"),
        List.of(
            new DiskFull(SECRET, FILE, (20 << 20) + 1, 20 << 20, refused),
            "no room for x.bin: 20971521 bytes are needed and 20971520 are free: make room or"
                + " choose another disk"),
        List.of(
            new TooLarge(SECRET, FILE, 50_000_000, refused),
            "https://h:8443/dir/x?… is larger than the 47.7 MiB that are allowed: raise the limit"
                + " if that is wanted"),
        List.of(
            new FileAccess(SECRET, FILE, FileAccess.Reason.EXISTS, refused),
            "x.bin exists already: choose another name, or allow to overwrite it"),
        List.of(
            new FileAccess(SECRET, FILE, FileAccess.Reason.NO_DIRECTORY, refused),
            "x.bin has no directory to stand in: create it, or choose another"),
        List.of(
            new FileAccess(
                SECRET,
                FILE,
                FileAccess.Reason.NAME_REFUSED,
                new InvalidPathException("x", "unmappable")),
            "x.bin has a name with letters that this locale lacks: choose another name, or a locale"
                + " in UTF-8"),
        List.of(
            new FileAccess(SECRET, FILE, FileAccess.Reason.IO, new IOException("I/O error")),
            "x.bin could not be read or written (I/O error): check the disk"),
        List.of(
            new TooManyRedirects(SECRET, FILE, 20, refused),
            "https://h:8443/dir/x?… redirects more than 20 times: check the address"),
        List.of(
            new RedirectRefused(SECRET, FILE, URI.create("http://u:SECRET@g/y?SECRET"), refused),
            "https://h:8443/dir/x?… redirects to http://g/y?…, which is not followed: ask for that"
                + " address itself if it is trusted"),
        List.of(
            new RedirectRefused(SECRET, FILE, URI.create("ftp://g/y"), refused),
            "https://h:8443/dir/x?… redirects to ftp://g/y, which is not followed: only http and"
                + " https can be downloaded"),
        List.of(
            new AddressRefused(SECRET, FILE, "127.0.0.1", refused),
            "h has the address 127.0.0.1, which the address policy refuses"),
        List.of(
            new Cancelled(SECRET, FILE, true, refused),
            "https://h:8443/dir/x?… was cancelled: what was received is kept for the next time"),
        List.of(
            new Unexpected(SECRET, FILE, new IllegalStateException("SECRET")),
            "https://h:8443/dir/x?… failed unexpectedly with java.lang.IllegalStateException:"
                + " please report it with the stack trace"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void saysInOneLineWhatFailedWhyAndWhatToDo(List<Object> kind) {
    DownloadException failure = (DownloadException) kind.get(0);

    assertThat(failure).hasMessage((String) kind.get(1));
    assertThat(failure.uri()).isEqualTo(SECRET);
    assertThat(failure.target()).isEqualTo(FILE);
    assertThat(failure.getCause()).isNotNull();
  }

  @Test
  void everyKindIsTold() {
    assertThat(kinds().map(kind -> kind.get(0).getClass().getName()).distinct())
        .containsExactlyInAnyOrder(
            Arrays.stream(DownloadException.class.getPermittedSubclasses())
                .map(Class::getName)
                .toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void survivesSerializationWithoutItsTarget(List<Object> kind) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(kind.get(0));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      DownloadException copy = (DownloadException) in.readObject();
      assertThat(copy).hasMessage((String) kind.get(1));
      assertThat(copy.uri()).isEqualTo(SECRET);
      assertThat(copy.target()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
  void theseStatusesMayPass(int status) {
    assertThat(new HttpStatus(SECRET, null, status, null, null).retryable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 400, 401, 403, 404, 410, 416, 418, 451, 501, 505, 507, 519, 525, 999})
  void otherStatusesStay(int status) {
    assertThat(new HttpStatus(SECRET, null, status, null, null).retryable()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aProxyThatIsNotThereMayComeBackAndOneThatSaysNoStaysWithIt(ProxyFailure.Fault fault) {
    ProxyFailure failure = new ProxyFailure(SECRET, null, fault, 502, null);

    assertThat(failure.retryable())
        .isEqualTo(
            fault == ProxyFailure.Fault.UNREACHABLE || fault == ProxyFailure.Fault.LEADS_NOWHERE);
    assertThat(failure.fault()).isEqualTo(fault);
    assertThat(failure.status()).hasValue(502);
    assertThat(new ProxyFailure(SECRET, null, null).status()).isEmpty();
    assertThat(new ProxyFailure(SECRET, null, null).fault()).isEqualTo(ProxyFailure.Fault.REFUSED);
  }

  @ParameterizedTest
  @EnumSource
  void allTimeoutsMayPassButTheTotalOne(Timeout.Phase phase) {
    Timeout timeout = new Timeout(SECRET, null, phase, null);

    assertThat(timeout.retryable()).isEqualTo(phase != Timeout.Phase.TOTAL);
    assertThat(timeout.phase()).isEqualTo(phase);
    assertThat(timeout).hasMessageStartingWith("https://h:8443/dir/x?… ");
  }

  @Test
  void connectivityMayPassAndTheRestStays() {
    List<Class<?>> passing =
        List.of(
            Timeout.class,
            ConnectFailed.class,
            ConnectionLost.class,
            NameNotResolved.class,
            SourceUnavailable.class);

    assertThat(kinds().map(kind -> (DownloadException) kind.get(0)))
        .filteredOn(f -> !(f instanceof HttpStatus || f instanceof ProxyFailure))
        .allSatisfy(
            failure ->
                assertThat(failure.retryable())
                    .as(failure.getClass().getSimpleName())
                    .isEqualTo(passing.contains(failure.getClass())));
    assertThat(new InvalidResponse(SECRET, null, "x", true, null).retryable()).isTrue();
  }

  @Test
  void aSourceIsNotAskedAgainAfterAFinalFailure() {
    DownloadException refused = new HttpStatus(SECRET, null, 403, null, null);
    DownloadException busy = new HttpStatus(SECRET, null, 503, null, null);

    assertThat(new SourceUnavailable(SECRET, null, refused).retryable()).isFalse();
    assertThat(new SourceUnavailable(SECRET, null, busy).retryable()).isTrue();
    assertThat(new SourceUnavailable(SECRET, null, null).retryable()).isTrue();
  }

  @Test
  void tellsHowLongToWaitFromTheMomentOfTheAnswer() {
    HttpStatus later = new HttpStatus(SECRET, null, 429, LATER, LATER.minusSeconds(9), null);
    HttpStatus passed = new HttpStatus(SECRET, null, 429, LATER, LATER.plusSeconds(9), null);
    HttpStatus now = new HttpStatus(SECRET, null, 429, Instant.now().plusSeconds(3600), null);

    assertThat(later.retryAfter()).isEqualTo(LATER);
    assertThat(later.retryIn()).isEqualTo(Duration.ofSeconds(9));
    assertThat(passed.retryIn()).isEqualTo(Duration.ZERO);
    assertThat(now.retryIn()).isBetween(Duration.ofMinutes(50), Duration.ofMinutes(60));
    assertThat(new HttpStatus(SECRET, null, 429, null, null).retryIn()).isNull();
  }

  @Test
  void answersWithItsOwnFields() {
    URI location = URI.create("http://g/");

    assertThat(new HttpStatus(SECRET, null, 599, null, null).status()).isEqualTo(599);
    assertThat(new HttpStatus(SECRET, null, 599, null, null)).hasMessageContaining("answered 599:");
    assertThat(new InvalidRequest(SECRET, null, "a\nb", null).reason()).isEqualTo("a b");
    assertThat(new InvalidResponse(SECRET, null, "a\nb", null).reason()).isEqualTo("a b");
    assertThat(new TooLarge(SECRET, null, 7, null).maxBytes()).isEqualTo(7);
    ChecksumMismatch mismatch = new ChecksumMismatch(SECRET, null, ZERO, ACTUAL, null);
    // No file, as of a stream: none was removed.
    assertThat(mismatch).hasMessageEndingWith(ACTUAL + ": check the checksum or the source");
    assertThat(mismatch.expected()).isEqualTo(ZERO);
    assertThat(mismatch.actual()).isEqualTo(ACTUAL);
    DiskFull full = new DiskFull(SECRET, null, 7, 3, null);
    assertThat(full.neededBytes()).isEqualTo(7);
    assertThat(full.freeBytes()).isEqualTo(3);
    assertThat(full).hasMessageStartingWith("no room for the file");
    assertThat(new TooManyRedirects(SECRET, null, 7, null).limit()).isEqualTo(7);
    assertThat(new RedirectRefused(SECRET, null, location, null).location()).isEqualTo(location);
    assertThat(new AddressRefused(SECRET, null, "::1", null).address()).isEqualTo("::1");
    assertThat(new Cancelled(SECRET, null, false, null).resumable()).isFalse();
    assertThat(new Cancelled(SECRET, null, false, null)).hasMessageEndingWith("nothing is kept");
  }

  @ParameterizedTest
  @EnumSource
  void everyFileProblemHasAnAdvice(FileAccess.Reason reason) {
    FileAccess failure = new FileAccess(SECRET, FILE, reason, null);

    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure.getMessage()).matches("x\\.bin [a-z].+: .+");
  }

  @Test
  void aCauseThatQuotesAUriIsNotRepeated() {
    IOException talkative = new IOException("failed: https://user:SECRET@h/");

    assertThat(new ConnectFailed(SECRET, null, talkative).getMessage()).doesNotContain("SECRET");
    assertThat(new ConnectFailed(SECRET, null, null))
        .hasMessage("could not connect to h:8443: check the address, the port and the network");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "finishConnect(..) failed with error(-111): Connection refused: h/192.0.2.1:9"
            + " | (Connection refused: h/192.0.2.1:9)",
        "syscall:read(..) failed: Connection reset by peer | (Connection reset by peer)",
        "Failed to resolve 'h' [A(1), AAAA(28)] after 2 queries | (Failed to resolve 'h')",
        "'Failed to resolve ''h'' [A(1)] after 1 query ' | (Failed to resolve 'h')",
      })
  void aCauseIsQuotedWithoutItsTechnicalities(String words, String quoted) {
    assertThat(new ConnectFailed(SECRET, null, new IOException(words)).getMessage())
        .contains(" " + quoted + ": check");
  }

  @Test
  void aMomentIsToldToTheSecond() {
    Instant moment = Instant.parse("2026-01-01T00:01:00.987654321Z");

    HttpStatus busy = new HttpStatus(SECRET, null, 503, moment, null);

    assertThat(busy.getMessage()).contains("wait until 2026-01-01T00:01:00Z:");
    assertThat(busy.retryAfter()).isEqualTo(moment);
  }

  @Test
  void aRefusedLiteralIsNotSaidToHaveAnAddress() {
    URI literal = URI.create("http://[::1]/x");

    assertThat(new AddressRefused(literal, FILE, "::1", null))
        .hasMessage("the address policy refuses ::1");
  }
}
