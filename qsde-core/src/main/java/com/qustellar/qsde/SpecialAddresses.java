package com.qustellar.qsde;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The addresses that are not of the public Internet. A class of its own, so that only who asks
 * waits for the tables to be read.
 */
final class SpecialAddresses {

  /** IANA's special-purpose registry (RFC 6890), less what is globally reachable. */
  private static final List<Cidr> IPV4_SPECIAL =
      nets(
          "0.0.0.0/8", // this network
          "10.0.0.0/8", // private
          "100.64.0.0/10", // carrier-grade NAT
          "127.0.0.0/8", // loopback
          "168.63.129.16/32", // a cloud's metadata service in a public range
          "169.254.0.0/16", // link-local, metadata
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments, metadata
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // 6to4 relays
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarking
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, broadcast

  /** All that is assigned lies here; loopback, unique-local, link-local and multicast do not. */
  private static final Cidr IPV6_GLOBAL = net("2000::/3");

  private static final List<Cidr> IPV6_SPECIAL =
      nets(
          "2001::/23", // protocol assignments, benchmarking, ORCHID
          "2001:db8::/32", // documentation
          "3fff::/20"); // documentation

  private static final Cidr NAT64 = net("64:ff9b::/96");
  private static final Cidr SIX_TO_FOUR = net("2002::/16");
  private static final Cidr TEREDO = net("2001::/32");

  private SpecialAddresses() {}

  /** Returns whether an address, in network byte order, is of the public Internet. */
  static boolean isPublic(byte[] address) {
    if (address.length == 4) {
      return IPV4_SPECIAL.stream().noneMatch(net -> net.contains(address));
    }
    // An IPv4 address inside an IPv6 one is where the packets end up. The mapped form needs no
    // line: InetAddress turns it into IPv4, and ::ffff:0:0/96 is outside 2000::/3.
    if (NAT64.contains(address)) {
      return isPublic(Arrays.copyOfRange(address, 12, 16));
    }
    if (SIX_TO_FOUR.contains(address)) {
      return isPublic(Arrays.copyOfRange(address, 2, 6));
    }
    if (TEREDO.contains(address)) {
      byte[] client = Arrays.copyOfRange(address, 12, 16);
      for (int i = 0; i < client.length; i++) {
        client[i] = (byte) ~client[i]; // RFC 4380 §4
      }
      return isPublic(client) && isPublic(Arrays.copyOfRange(address, 4, 8));
    }
    return IPV6_GLOBAL.contains(address)
        && IPV6_SPECIAL.stream().noneMatch(net -> net.contains(address));
  }

  private static List<Cidr> nets(String... texts) {
    return Stream.of(texts).map(SpecialAddresses::net).toList();
  }

  private static Cidr net(String text) {
    return Objects.requireNonNull(Cidr.parse(text));
  }
}
