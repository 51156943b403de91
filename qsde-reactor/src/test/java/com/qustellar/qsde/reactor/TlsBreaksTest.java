package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Certificates;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How TLS connections break, and which of them have said goodbye. */
class TlsBreaksTest extends TlsTestBase {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 30_000, 65_535})
  void aBodyThatEndsWithoutGoodbyeGoesOnWhereItBroke(long at) throws IOException {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.on("/file").request(2).answer(reply -> reply.closeAfter(at).withoutCloseNotify());
    DownloadResult result = get(request(trusting).withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertSent(BODY.length());
  }

  @Test
  void aResetConnectionGoesOnWhereItBroke() throws IOException {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.on("/file").requests(2, 3).resetAfter(20_000);
    get(request(trusting).withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
  }

  /** Its length says that it is whole. */
  @Test
  void aWholeBodyNeedsNoGoodbye() throws IOException {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.on("/file").answer(reply -> reply.closing().withoutCloseNotify());
    DownloadResult result = get(request(trusting));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
  }

  @Test
  void aBodyThatEndsWithItsConnectionIsWholeAfterGoodbye() throws IOException {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::closeDelimited);
    DownloadResult result = get(request(trusting));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
  }

  /** RFC 9112 §9.8: it may have been cut by anybody. */
  @Test
  void aBodyThatEndsWithItsConnectionIsNotWholeWithoutGoodbye() throws IOException {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::closeDelimited);
    origin
        .on("/file")
        .request(1)
        .answer(reply -> reply.sending(BODY.slice(0, 100_000)).withoutCloseNotify());
    DownloadResult result = get(request(trusting));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
  }

  @Test
  void aConnectionThatEndsInTheHandshakeIsLostAndTriedAgain() throws IOException {
    ScriptedOrigin.Layer good = Certificates.tls(Certificates.loopback(AUTHORITY));
    AtomicInteger seen = new AtomicInteger();
    serve(
        accepted -> {
          if (seen.incrementAndGet() == 1) {
            accepted.close();
          }
          return seen.get() == 1 ? accepted : good.over(accepted);
        });
    DownloadResult result = get(request(trusting));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isGreaterThan(0);
  }

  @Test
  void theHandshakeHasTheTimeThatConnectingHas() {
    serve(accepted -> accepted);
    NetworkSettings settings =
        NetworkSettings.defaults().withTls(trusting).withConnectTimeout(Duration.ofMillis(200));
    DownloadException.Timeout failure =
        failure(
            DownloadException.Timeout.class,
            request("/file").withNetwork(settings).withRetryPolicy(RetryPolicy.none()));
    assertThat(failure.phase()).isEqualTo(DownloadException.Timeout.Phase.TLS);
  }
}
