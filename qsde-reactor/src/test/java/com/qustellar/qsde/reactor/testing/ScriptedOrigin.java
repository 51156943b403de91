package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/**
 * An HTTP/1.1 origin on raw sockets that does what its test says, correct or not.
 *
 * <p>Resources are answered correctly (ranges, validators, keep-alive) unless a script changes the
 * answer:
 *
 * <pre>{@code
 * try (ScriptedOrigin origin = ScriptedOrigin.start()) {
 *   origin.serve("/file", Body.random(1, 1 << 20));
 *   origin.on("/file").request(2).resetAfter(1000);
 *   origin.on("/file").requestsFrom(3).answer(reply -> reply.header("ETag", "\"other\""));
 *   ...
 *   assertThat(origin.requests()).hasSize(3);
 * }
 * }</pre>
 *
 * <p>It listens on loopback only. Scripts are asked one after the other; connections send on their
 * own threads, which are daemons.
 */
public final class ScriptedOrigin implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What connections carry HTTP over, if not TCP alone. */
  public interface Layer {
    /** Returns a socket over a connection that was accepted; nothing is sent or received yet. */
    Socket over(Socket accepted) throws IOException;
  }

  private final ServerSocket server;
  private final Optional<Layer> layer;
  private final Thread acceptor;
  private final Map<String, Resource> resources = new ConcurrentHashMap<>();

  // Guarded by this, which is notified whenever one of them or a counter of bytes changes.
  private final List<BiFunction<RecordedRequest, Reply, Reply>> scripts = new ArrayList<>();
  private final List<RecordedRequest> requests = new ArrayList<>();
  private final List<OriginConnection> open = new ArrayList<>();
  private final List<RuntimeException> failures = new ArrayList<>();
  private int accepted;
  private int peak;
  private boolean closed;

  private ScriptedOrigin(int port, Optional<Layer> layer) throws IOException {
    this.layer = layer;
    server = new ServerSocket(port, 256, InetAddress.getLoopbackAddress());
    acceptor = new Thread(this::accept, "origin-" + server.getLocalPort());
    acceptor.setDaemon(true);
  }

  /** Starts an origin on a free port. */
  public static ScriptedOrigin start() {
    return start(0);
  }

  /** Starts an origin on this port: one that comes back where another has gone. */
  public static ScriptedOrigin start(int port) {
    return start(port, Optional.empty());
  }

  /** Starts an https origin on a free port. */
  public static ScriptedOrigin start(Layer tls) {
    return start(0, Optional.of(tls));
  }

  private static ScriptedOrigin start(int port, Optional<Layer> layer) {
    try {
      ScriptedOrigin origin = new ScriptedOrigin(port, layer);
      origin.acceptor.start();
      return origin;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the port. */
  public int port() {
    return server.getLocalPort();
  }

  /** Returns the URI of a target, which begins with a slash. */
  public URI uri(String target) {
    String scheme = layer.isPresent() ? "https" : "http";
    return URI.create(scheme + "://127.0.0.1:" + port() + target);
  }

  /** Serves this content under a path, with a strong ETag and a date. */
  public void serve(String path, Body body) {
    serve(path, Resource.of(body));
  }

  /** Serves this resource under a path, in place of what was there. */
  public void serve(String path, Resource resource) {
    resources.put(path, resource);
  }

  /** Begins a script for the requests of a path; queries are not compared. */
  public Script on(String path) {
    return new Script(this, request -> request.path().equals(path), 1, Integer.MAX_VALUE);
  }

  /** Changes every answer by this function of the request and the answer it would get otherwise. */
  public void onEvery(BiFunction<RecordedRequest, Reply, Reply> function) {
    add(function);
  }

  /** Returns the requests that have arrived, in their order. */
  public synchronized List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  /** Returns the requests of a path that have arrived, in their order. */
  public List<RecordedRequest> requests(String path) {
    return requests().stream().filter(request -> request.path().equals(path)).toList();
  }

  /** Returns how many connections are open now. */
  public synchronized int openConnections() {
    return open.size();
  }

  /** Returns how many connections were open at once at most. */
  public synchronized int peakConnections() {
    return peak;
  }

  /** Returns how many connections have been accepted. */
  public synchronized int acceptedConnections() {
    return accepted;
  }

  /**
   * Waits until a condition on this origin's requests and connections holds, at most ten seconds.
   *
   * @throws AssertionError if it does not come to hold
   */
  public synchronized void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0) {
          throw new AssertionError(
              "waited in vain; %d connections are open, requests: %s"
                  .formatted(open.size(), requests));
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting", e);
    }
  }

  /**
   * Closes the port and every connection and waits for their threads.
   *
   * @throws AssertionError if a thread does not end, or a script or a client broke a rule on the
   *     way
   */
  @Override
  public void close() {
    List<OriginConnection> ending;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      ending = List.copyOf(open);
    }
    try {
      server.close();
      ending.forEach(OriginConnection::close);
      await(open::isEmpty);
      acceptor.join(PATIENCE.toMillis());
      for (OriginConnection connection : ending) {
        connection.join(PATIENCE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (!failures.isEmpty()) {
        AssertionError error = new AssertionError("the origin could not answer", failures.get(0));
        failures.stream().skip(1).forEach(error::addSuppressed);
        throw error;
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        synchronized (this) {
          if (closed) {
            socket.close();
            return;
          }
          OriginConnection connection = new OriginConnection(this, socket, layer, ++accepted);
          open.add(connection);
          peak = Math.max(peak, open.size());
          notifyAll();
          connection.start();
        }
      }
    } catch (IOException e) {
      // The port was closed.
    }
  }

  synchronized void add(BiFunction<RecordedRequest, Reply, Reply> script) {
    scripts.add(script);
  }

  synchronized Reply decide(RecordedRequest request) {
    requests.add(request);
    notifyAll();
    Resource resource = resources.get(request.path());
    Reply reply =
        resource == null ? Reply.status(404).body(Body.of("not found")) : resource.reply(request);
    for (BiFunction<RecordedRequest, Reply, Reply> script : scripts) {
      reply = script.apply(request, reply);
    }
    return reply;
  }

  synchronized void sent(RecordedRequest request, long bodyBytes) {
    request.bodyBytesSent(bodyBytes);
    notifyAll();
  }

  synchronized void failed(RuntimeException failure) {
    failures.add(failure);
  }

  synchronized void ended(OriginConnection connection) {
    open.remove(connection);
    notifyAll();
  }
}
