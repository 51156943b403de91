package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time that a file is given. */
class RemoteTimeTest extends EngineTestBase {

  private static final Instant MODIFIED = Instant.parse("2019-03-04T05:06:07Z");
  private static final Body BODY = Body.random(1, 3 * SEGMENT);

  private Instant time() throws IOException {
    return Files.getLastModifiedTime(target()).toInstant();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100, 3 * SEGMENT})
  void theFileHasTheTimeOfTheServer(long length) throws IOException {
    Body body = Body.random(1, length);
    origin.serve("/file", Resource.of(body).withLastModified(MODIFIED));
    get(request("/file").withRemoteTime(true));
    assertThat(time()).isEqualTo(MODIFIED);
    assertHolds(target(), body);
    assertDirectoryHolds("target");
  }

  @Test
  void otherwiseItHasThatOfTheDownload() throws IOException {
    Instant before = Instant.now().minusSeconds(2);
    origin.serve("/file", Resource.of(BODY).withLastModified(MODIFIED));
    get(request("/file"));
    assertThat(time()).isAfter(before);
  }

  @Test
  void whereTheServerTellsNoneItHasThatOfTheDownload() throws IOException {
    Instant before = Instant.now().minusSeconds(2);
    origin.serve("/file", Resource.of(BODY).withoutValidators());
    get(request("/file").withRemoteTime(true));
    assertThat(time()).isAfter(before);
  }

  @Test
  void aFileThatIsThereAlreadyKeepsItsTime() throws IOException {
    Instant before = Instant.parse("2020-01-01T00:00:00Z");
    Files.write(target(), BODY.bytes());
    Files.setLastModifiedTime(target(), FileTime.from(before));
    get(request("/file").withRemoteTime(true).withChecksum("sha256:" + BODY.sha256()));
    assertThat(time()).isEqualTo(before);
  }

  @Test
  void aFileSystemThatTakesNoTimesStillGetsTheFile() throws IOException {
    origin.serve("/file", Resource.of(BODY).withLastModified(MODIFIED));
    ScriptedDisk disk = new ScriptedDisk();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.SET_TIME) {
            throw new IOException("Operation not permitted");
          }
        });
    get(DownloadRequest.of(origin.uri("/file"), disk.path(target())).withRemoteTime(true));
    assertThat(time()).isAfter(MODIFIED);
    assertHolds(target(), BODY);
  }
}
