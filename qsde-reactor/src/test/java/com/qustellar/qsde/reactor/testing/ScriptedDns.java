package com.qustellar.qsde.reactor.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A name server on loopback (RFC 1035) that may change its mind from one question to the next. Its
 * answers are not to be cached. It knows IPv4 alone, and says of other names that there are none.
 */
public final class ScriptedDns implements AutoCloseable {

  private static final long PATIENCE = TimeUnit.SECONDS.toMillis(10);

  private static final int HEADER = 12;
  private static final int TYPE_A = 1;
  private static final int NO_SUCH_NAME = 3;

  private final DatagramSocket socket;
  private final Thread thread;

  // Guarded by this.
  private final Map<String, List<String>> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private boolean silent;

  private ScriptedDns() {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = new Thread(this::serve, "dns-" + socket.getLocalPort());
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts one on a free port. */
  public static ScriptedDns start() {
    return new ScriptedDns();
  }

  /** Returns where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
  }

  /**
   * Answers with these, a question each, and with the last one from then on.
   *
   * @param addresses IPv4; several in one answer are parted by spaces
   */
  public synchronized void answer(String name, String... addresses) {
    answers.put(name, new ArrayList<>(List.of(addresses)));
  }

  /** Answers nothing from now on, or again. */
  public synchronized void silent(boolean now) {
    silent = now;
  }

  /** Returns the names whose IPv4 addresses have been asked for, one for each time. */
  public synchronized List<String> asked() {
    return List.copyOf(asked);
  }

  private void serve() {
    byte[] buffer = new byte[512];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] reply = reply(buffer, packet.getLength());
        if (reply.length > 0) {
          socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
        }
      }
    } catch (IOException e) {
      // The port was closed.
    }
  }

  private synchronized byte[] reply(byte[] asking, int length) throws IOException {
    ByteBuffer query = ByteBuffer.wrap(asking, 0, length);
    short id = query.getShort();
    query.position(HEADER);
    String name = name(query);
    short type = query.getShort();
    query.getShort();
    List<String> known = answers.get(name);
    String addresses = "";
    if (type == TYPE_A) {
      asked.add(name);
      if (known != null) {
        addresses = known.size() > 1 ? known.remove(0) : known.get(0);
      }
    }
    if (silent) {
      return new byte[0];
    }
    String[] each = addresses.isEmpty() ? new String[0] : addresses.split(" ");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(id);
    out.writeShort(0x8580 | (known == null ? NO_SUCH_NAME : 0)); // an answer, by who must know
    out.writeShort(1);
    out.writeShort(each.length);
    out.writeInt(0);
    out.write(asking, HEADER, query.position() - HEADER);
    for (String address : each) {
      out.writeShort(0xC000 | HEADER); // the name that was asked for
      out.writeShort(TYPE_A);
      out.writeShort(1);
      out.writeInt(0); // good for no time at all
      byte[] ip = literal(address);
      out.writeShort(ip.length);
      out.write(ip);
    }
    return bytes.toByteArray();
  }

  private static String name(ByteBuffer query) {
    StringBuilder name = new StringBuilder();
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      name.append(name.length() == 0 ? "" : ".").append(new String(label, ISO_8859_1));
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }

  private static byte[] literal(String address) throws UnknownHostException {
    return InetAddress.getByName(address).getAddress();
  }

  /** Closes the port and waits for its thread. */
  @Override
  public void close() {
    socket.close();
    try {
      thread.join(PATIENCE);
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
