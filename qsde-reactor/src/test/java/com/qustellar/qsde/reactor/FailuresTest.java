package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadException.Timeout;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the errors of the network and of the disk mean. */
class FailuresTest {

  private static final URI ASKED = URI.create("http://host/file");
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  static Stream<Arguments> transport() {
    return Stream.of(
        Arguments.of(new UnknownHostException("h"), false, "NameNotResolved"),
        Arguments.of(new ConnectException("refused"), false, "ConnectFailed"),
        Arguments.of(new NoRouteToHostException("h"), false, "ConnectFailed"),
        Arguments.of(new SSLHandshakeException("untrusted"), false, "TlsFailure"),
        Arguments.of(new SSLException("closed"), true, "ConnectionLost"),
        Arguments.of(new DecoderException(new SSLException("x")), false, "TlsFailure"),
        Arguments.of(new DecoderException("garbage"), true, "InvalidResponse"),
        Arguments.of(new ClosedChannelException(), true, "ConnectionLost"),
        Arguments.of(new EOFException(), true, "ConnectionLost"),
        Arguments.of(new NotYetConnectedException(), false, "ConnectionLost"),
        Arguments.of(new IllegalArgumentException("ours"), true, "Unexpected"),
        Arguments.of(new IllegalStateException("ours"), false, "Unexpected"));
  }

  @ParameterizedTest
  @MethodSource("transport")
  void everyErrorOfTheClientHasItsKind(Throwable thrown, boolean answered, String kind) {
    DownloadException failure = TransportFailures.translate(ASKED, TARGET, thrown, answered, false);
    assertThat(failure.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(failure.uri()).isEqualTo(ASKED);
    assertThat(failure.target()).isEqualTo(TARGET);
    assertThat(failure).hasRootCause(rootOf(thrown));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void garbageIsWorthAnotherAttemptWhereGoodAnswersCameBefore(boolean before) {
    Throwable thrown = new DecoderException("garbage");
    assertThat(TransportFailures.translate(ASKED, TARGET, thrown, true, before).retryable())
        .isEqualTo(before);
  }

  private static Throwable rootOf(Throwable thrown) {
    return thrown.getCause() == null ? thrown : thrown.getCause();
  }

  @Test
  void timeoutsTellTheirPhase() {
    assertThat(phase(new ConnectTimeoutException("slow"))).isEqualTo(Timeout.Phase.CONNECT);
    assertThat(phase(new SslHandshakeTimeoutException("slow"))).isEqualTo(Timeout.Phase.TLS);
  }

  private static Timeout.Phase phase(Throwable thrown) {
    return ((Timeout) TransportFailures.translate(ASKED, TARGET, thrown, false, false)).phase();
  }

  @Test
  void whatIsTranslatedAlreadyStays() {
    DownloadException known = new DownloadException.ConnectionLost(ASKED, TARGET, null);
    assertThat(TransportFailures.translate(ASKED, null, known, true, false)).isSameAs(known);
    assertThat(FileFailures.translate(ASKED, TARGET, known)).isSameAs(known);
  }

  static Stream<Arguments> files() {
    return Stream.of(
        Arguments.of(new FileAlreadyExistsException("f"), Reason.EXISTS),
        Arguments.of(new NoSuchFileException("f"), Reason.NO_DIRECTORY),
        Arguments.of(new NotDirectoryException("f"), Reason.NO_DIRECTORY),
        Arguments.of(new AccessDeniedException("f"), Reason.NO_PERMISSION),
        Arguments.of(said("Not a directory"), Reason.NO_DIRECTORY),
        Arguments.of(said("Read-only file system"), Reason.READ_ONLY),
        Arguments.of(said("Operation not permitted"), Reason.NO_PERMISSION),
        Arguments.of(said("Too many levels of symbolic links"), Reason.SYMBOLIC_LINK),
        Arguments.of(said("File name too long"), Reason.NAME_REFUSED),
        Arguments.of(said(null), Reason.IO),
        Arguments.of(new IOException("Input/output error"), Reason.IO),
        Arguments.of(new OverlappingFileLockException(), Reason.IN_USE));
  }

  private static FileSystemException said(String reason) {
    return new FileSystemException("no space left", null, reason);
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyErrorOfTheDiskHasItsReason(Exception thrown, Reason reason) {
    DownloadException failure = FileFailures.translate(ASKED, TARGET, thrown);
    assertThat(failure).isInstanceOf(FileAccess.class).hasCause(thrown);
    assertThat(((FileAccess) failure).reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @MethodSource("full")
  void aFullDiskIsToldByItsWords(IOException thrown) {
    assertThat(FileFailures.translate(ASKED, TARGET, thrown))
        .isInstanceOf(DownloadException.DiskFull.class);
  }

  static Stream<IOException> full() {
    return Stream.of(
        new IOException("No space left on device"),
        said("Disk quota exceeded"),
        new IOException("There is not enough space on the disk"));
  }

  @Test
  void aDefectIsNoDiskError() {
    assertThat(FileFailures.translate(ASKED, TARGET, new IllegalStateException()))
        .isInstanceOf(DownloadException.Unexpected.class);
  }
}
