package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that passes bytes on to another, as proxies do. It listens on loopback and connects to
 * loopback only, whatever host a client names: the port counts.
 */
abstract class RelayServer implements AutoCloseable {

  private static final long PATIENCE = TimeUnit.SECONDS.toMillis(10);

  private final ServerSocket server;
  private final String name;

  // Guarded by this.
  private final List<Socket> sockets = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private int accepted;
  private boolean closed;

  RelayServer(String name) {
    try {
      server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.name = name + "-" + server.getLocalPort();
    begin(this::accept);
  }

  /** Returns the port. */
  public final int port() {
    return server.getLocalPort();
  }

  /** Returns how many connections have been accepted. */
  public final synchronized int acceptedConnections() {
    return accepted;
  }

  /** Serves one connection until it ends; it is closed afterwards. */
  abstract void serve(Socket client) throws IOException;

  /** Closes the port and every connection and waits for their threads. */
  @Override
  public final void close() {
    List<Thread> ending;
    synchronized (this) {
      closed = true;
      sockets.forEach(RelayServer::end);
      ending = List.copyOf(threads);
    }
    try {
      server.close();
      for (Thread thread : ending) {
        thread.join(PATIENCE);
        if (thread.isAlive()) {
          throw new AssertionError(thread.getName() + " did not end");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Connects to a port of this machine. */
  final Socket dial(int port) throws IOException {
    return kept(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Passes bytes on in both directions until one side ends. */
  final void relay(Socket client, Socket target) throws IOException {
    begin(
        () -> {
          try {
            copy(target, client);
          } catch (IOException e) {
            // One of them has gone.
          } finally {
            end(client);
          }
        });
    try {
      copy(client, target);
    } finally {
      end(target);
    }
  }

  /** Passes on what comes until its end. */
  static void copy(Socket from, Socket to) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] buffer = new byte[16 << 10];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      out.write(buffer, 0, count);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = kept(server.accept());
        synchronized (this) {
          accepted++;
        }
        begin(
            () -> {
              try (client) {
                serve(client);
              } catch (IOException e) {
                // The client went away, or this was closed.
              }
            });
      }
    } catch (IOException e) {
      // The port was closed.
    }
  }

  private synchronized Socket kept(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      throw new IOException("the server is closed");
    }
    sockets.add(socket);
    return socket;
  }

  private synchronized void begin(Runnable task) {
    if (!closed) {
      Thread thread = new Thread(task, name + "-" + threads.size());
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is as closed as it can be.
    }
  }
}
