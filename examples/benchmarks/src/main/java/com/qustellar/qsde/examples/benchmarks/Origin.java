package com.qustellar.qsde.examples.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The server that the file is fetched from, in a process of its own on loopback.
 *
 * @param description what serves and how, for the table's head
 */
record Origin(String description, URI uri, Process process) implements AutoCloseable {

  private static final int NGINX_WORKERS = 2;
  private static final long START_SECONDS = 10;

  /** How nginx speaks. */
  enum Protocol {
    HTTP(""),
    /** HTTP/1.1 over TLS. */
    HTTPS(" ssl"),
    /** HTTP/2 over TLS, with who offers it. */
    HTTP2(" ssl http2");

    private final String listening;

    Protocol(String listening) {
      this.listening = listening;
    }
  }

  /**
   * Starts nginx on a free port.
   *
   * @param served the file to be fetched, or a folder of files, somewhere in the folder
   * @param folder where nginx finds its configuration and leaves what it must
   */
  static Origin nginx(Path served, Path folder) throws IOException, InterruptedException {
    return nginx(served, folder, Protocol.HTTP, "");
  }

  /** Starts nginx with TLS, as {@link #nginx(Path, Path)} does without. */
  static Origin nginx(Path served, Path folder, Protocol protocol, Certificate certificate)
      throws IOException, InterruptedException {
    return nginx(served, folder, protocol, certificate.nginxDirectives());
  }

  private static Origin nginx(Path served, Path folder, Protocol protocol, String more)
      throws IOException, InterruptedException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int port;
    try (ServerSocket probe = new ServerSocket(0, 1, loopback)) {
      port = probe.getLocalPort();
    }
    String listen = loopback.getHostAddress() + ":" + port + protocol.listening;
    Path configuration = folder.resolve("nginx-" + port + ".conf");
    Files.writeString(configuration, nginxConfiguration(listen, port, folder, more));
    Path log = folder.resolve("nginx-" + port + ".log");
    String nginx = Commands.find("nginx").map(Path::toString).orElse("nginx");
    Process process =
        new ProcessBuilder(
                nginx, "-p", folder.toString(), "-c", configuration.toString(), "-e", "stderr")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await(new InetSocketAddress(loopback, port), process, log);
    return new Origin(
        "nginx "
            + Commands.version(nginx, "-v")
            + " ("
            + NGINX_WORKERS
            + " workers, "
            + (protocol == Protocol.HTTP ? "sendfile" : "TLS")
            + ")",
        uri(
            protocol == Protocol.HTTP ? "http" : "https",
            port,
            folder.relativize(served) + (Files.isDirectory(served) ? "/" : "")),
        process);
  }

  /** Starts a {@link RangeServer} in a JVM of its own. */
  static Origin embedded(Path file, Path folder, RangeServer.Pace pace) throws IOException {
    Path log = folder.resolve("origin.log");
    List<String> arguments = new ArrayList<>(List.of(file.toString()));
    arguments.addAll(pace.words());
    List<String> command = Commands.java(RangeServer.class, arguments.toArray(new String[0]));
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader output = process.inputReader();
    String port = output.readLine();
    if (port == null) {
      throw new IOException("the embedded origin did not start: " + Commands.tail(log));
    }
    return new Origin(
        "the embedded origin (transferTo)",
        uri("http", Integer.parseInt(port), folder.relativize(file).toString()),
        process);
  }

  private static URI uri(String scheme, int port, String path) {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    return URI.create(scheme + "://" + host + ":" + port + "/" + path);
  }

  private static String nginxConfiguration(String listen, int port, Path folder, String more) {
    return """
        worker_processes %1$d;
        daemon off;
        pid %2$s/nginx-%4$d.pid;
        error_log stderr warn;
        events { worker_connections 256; }
        http {
          access_log off;
          sendfile on;
          tcp_nopush on;
          keepalive_timeout 600;
          keepalive_requests 1000000;
          default_type application/octet-stream;
          client_body_temp_path %2$s/nginx-tmp;
          proxy_temp_path %2$s/nginx-tmp;
          fastcgi_temp_path %2$s/nginx-tmp;
          uwsgi_temp_path %2$s/nginx-tmp;
          scgi_temp_path %2$s/nginx-tmp;
          %5$s
          server { listen %3$s; root %2$s; }
        }
        """
        .formatted(NGINX_WORKERS, folder, listen, port, more);
  }

  private static void await(InetSocketAddress address, Process server, Path log)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Socket probe = new Socket()) {
        probe.connect(address);
        return;
      } catch (ConnectException e) {
        if (server.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
          server.destroy();
          throw new IOException("nginx did not start: " + Commands.tail(log), e);
        }
      }
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
