package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.qustellar.qsde.DownloadException.Unexpected;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import java.security.MessageDigestSpi;
import java.security.Provider;
import java.security.Security;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine whose security provider is broken, as one is whose native library is missing. */
@KeepsPartFiles
class BrokenDigestTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);

  private final Provider provider = new Broken();

  private static final class Broken extends Provider {
    private static final long serialVersionUID = 1;

    Broken() {
      super("Broken", "1", "a provider for tests");
      put("MessageDigest.SHA-512", Digest.class.getName());
    }
  }

  /** Made by the provider. */
  public static final class Digest extends MessageDigestSpi {
    @Override
    protected void engineUpdate(byte input) {
      throw new UnsatisfiedLinkError("on purpose");
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
      throw new UnsatisfiedLinkError("on purpose");
    }

    @Override
    protected byte[] engineDigest() {
      throw new UnsatisfiedLinkError("on purpose");
    }

    @Override
    protected void engineReset() {}
  }

  @BeforeEach
  void breakDigests() {
    Security.insertProviderAt(provider, 1);
  }

  @AfterEach
  void mendDigests() {
    Security.removeProvider(provider.getName());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 4 * SEGMENT})
  void aFileEndsWithItsError(int size) {
    origin.serve("/file", BODY.slice(0, size));
    DownloadRequest request = request("/file").withComputedChecksum(HashAlgorithm.SHA512);
    assertThat(failure(Unexpected.class, request)).hasCauseInstanceOf(UnsatisfiedLinkError.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 4 * SEGMENT})
  void aStreamEndsWithItsError(int size) {
    origin.serve("/file", BODY.slice(0, size));
    DownloadRequest request =
        DownloadRequest.of(origin.uri("/file")).withComputedChecksum(HashAlgorithm.SHA512);
    assertThat(catchThrowable(() -> engine.stream(request).blockLast(LIMIT)))
        .isInstanceOf(Unexpected.class)
        .hasCauseInstanceOf(UnsatisfiedLinkError.class);
    await(() -> engine.downloads().isEmpty());
  }
}
