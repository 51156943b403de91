package com.qustellar.qsde.examples.webflux.service;

import java.net.InetAddress;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says in one line where the service is. */
@Component
final class Announcement {

  private final ServerProperties server;
  private final ServiceProperties service;

  Announcement(ServerProperties server, ServiceProperties service) {
    this.server = server;
    this.service = service;
  }

  @EventListener
  void started(ReactiveWebServerInitializedEvent event) {
    InetAddress address = server.getAddress();
    String host = address == null ? "0.0.0.0" : address.getHostAddress();
    System.out.printf(
        "Serving http://%s:%d/ from %s%n",
        host.contains(":") ? "[" + host + "]" : host,
        event.getWebServer().getPort(),
        service.directory());
  }
}
