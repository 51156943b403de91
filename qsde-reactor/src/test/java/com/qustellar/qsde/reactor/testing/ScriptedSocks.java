package com.qustellar.qsde.reactor.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A SOCKS 5 proxy (RFC 1928, RFC 1929) that connects where it is told to, or refuses to. */
public final class ScriptedSocks extends RelayServer {

  // Guarded by this.
  private final List<String> requests = new ArrayList<>();
  private @Nullable String credentials;
  private int reply;

  private ScriptedSocks() {
    super("socks");
  }

  /** Starts one on a free port. */
  public static ScriptedSocks start() {
    return new ScriptedSocks();
  }

  /** Returns its URI where names are to be resolved by the client. */
  public String uri() {
    return "socks5://127.0.0.1:" + port();
  }

  /** Wants these, as {@code name:password}. */
  public synchronized void wants(String nameAndPassword) {
    credentials = nameAndPassword;
  }

  /** Answers with this reply of RFC 1928 §6 in place of connecting. */
  public synchronized void answers(int code) {
    reply = code;
  }

  /**
   * Returns what has been asked for: {@code name:} or {@code address:}, the host and the port, such
   * as {@code name:example.org:80}.
   */
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  void serve(Socket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    OutputStream out = client.getOutputStream();
    in.readByte();
    byte[] methods = in.readNBytes(in.readUnsignedByte());
    String wanted;
    synchronized (this) {
      wanted = credentials;
    }
    byte method = (byte) (wanted == null ? 0 : 2);
    if (new String(methods, StandardCharsets.ISO_8859_1).indexOf(method) < 0) {
      out.write(new byte[] {5, -1});
      return;
    }
    out.write(new byte[] {5, method});
    if (wanted != null) {
      in.readByte();
      String given = text(in) + ":" + text(in);
      boolean known = given.equals(wanted);
      out.write(new byte[] {1, (byte) (known ? 0 : 1)});
      if (!known) {
        return;
      }
    }
    in.readNBytes(3);
    String host =
        switch (in.readByte()) {
          case 1 -> "address:" + InetAddress.getByAddress(in.readNBytes(4)).getHostAddress();
          case 4 -> "address:" + InetAddress.getByAddress(in.readNBytes(16)).getHostAddress();
          default -> "name:" + text(in);
        };
    int port = in.readUnsignedShort();
    int code;
    synchronized (this) {
      requests.add(host + ":" + port);
      code = reply;
    }
    if (code != 0) {
      out.write(new byte[] {5, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0});
      return;
    }
    Socket server = dial(port);
    out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    relay(client, server);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.UTF_8);
  }
}
