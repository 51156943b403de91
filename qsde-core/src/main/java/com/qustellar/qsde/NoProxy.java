package com.qustellar.qsde;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.internal.http.HttpUris;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The hosts that are reached without a proxy: curl's reading of {@code NO_PROXY}. */
final class NoProxy {

  static final NoProxy NOBODY = new NoProxy("", List.of());

  private final String text;
  private final List<Entry> entries;

  private NoProxy(String text, List<Entry> entries) {
    this.text = text;
    this.entries = entries;
  }

  /** Reads entries that commas or spaces separate. */
  static NoProxy parse(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String entry : text.split("[,\\s]+", -1)) {
      if (!entry.isEmpty()) {
        entries.add(entry(entry.toLowerCase(Locale.ROOT)));
      }
    }
    return new NoProxy(text.strip(), List.copyOf(entries));
  }

  boolean covers(String host, int port) {
    byte[] address = Cidr.address(host);
    String name = withoutTrailingDot(host);
    return entries.stream().anyMatch(entry -> entry.covers(name, address, port));
  }

  @Override
  public String toString() {
    return text;
  }

  private static Entry entry(String text) {
    Cidr net = Cidr.parse(text);
    if (net != null) {
      return new Entry("", net, 0);
    }
    String host = text;
    int port = 0;
    int colon = text.lastIndexOf(':');
    if (colon > text.lastIndexOf(']')) {
      host = text.substring(0, colon);
      port = port(text, text.substring(colon + 1));
      net = Cidr.parse(host);
    }
    if (host.startsWith("*.")) {
      host = host.substring(1);
    }
    return new Entry(withoutTrailingDot(host.replaceFirst("^\\.", "")), net, port);
  }

  private static int port(String entry, String digits) {
    int port = digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > 65535) {
      throw new InvalidRequest(
          HttpUris.placeholder(entry), null, "the port must be a number from 1 to 65535", null);
    }
    return port;
  }

  private static String withoutTrailingDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** One entry: a name with its subdomains or a net; port 0 means any. */
  private record Entry(String name, @Nullable Cidr net, int port) {

    boolean covers(String host, byte @Nullable [] address, int hostPort) {
      if (port != 0 && port != hostPort) {
        return false;
      }
      if (net != null) {
        return address != null && net.contains(address);
      }
      return name.equals("*")
          || host.equals(name)
          || (address == null && host.endsWith("." + name));
    }
  }
}
