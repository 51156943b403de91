package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** An origin on loopback, so that the service can be tried without any network. */
@Component
@Profile("demo")
final class Demo implements AutoCloseable {

  private static final int MIB = 1024 * 1024;

  private static final List<DemoFile> FILES =
      List.of(
          DemoFile.of("segmented.bin", 96 * MIB).paced(MIB),
          DemoFile.of("broken.bin", 48 * MIB).paced(MIB).brokenAt(5 * MIB + 12_345),
          DemoFile.of("whole.bin", 16 * MIB).paced(MIB).withoutRanges(),
          DemoFile.of("small.bin", 16 * 1024));

  private final DemoOrigin origin;

  Demo(@Value("${demo.port}") int port) {
    origin = new DemoOrigin(port);
    FILES.forEach(origin::serve);
  }

  @EventListener(ReactiveWebServerInitializedEvent.class)
  void started() {
    FILES.forEach(file -> System.out.println("Try " + origin.uri(file.name())));
  }

  @Override
  public void close() {
    origin.close();
  }
}
