package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressFamily;
import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.NetworkSettings;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What applies to the addresses that are connected to.
 *
 * @param policy what may be connected to
 * @param family what is used
 * @param addresses those that are given, by host and port
 */
record AddressRules(
    AddressPolicy policy, AddressFamily family, Map<String, List<InetAddress>> addresses) {

  static AddressRules of(NetworkSettings settings) {
    return new AddressRules(
        settings.addressPolicy(), settings.addressFamily(), settings.addresses());
  }

  /** Returns what applies to a proxy: whoever names it is the one that sets the policy. */
  AddressRules ofProxy() {
    return new AddressRules(AddressPolicy.any(), family, addresses);
  }

  /** Returns the addresses that are given, empty if the name is to be resolved. */
  List<InetAddress> fixed(String host, int port) {
    if (addresses.isEmpty()) {
      return List.of();
    }
    String key = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    return addresses.getOrDefault(key, List.of());
  }

  boolean isOfFamily(InetAddress address) {
    return switch (family) {
      case ANY -> true;
      case IPV4 -> address instanceof Inet4Address;
      case IPV6 -> !(address instanceof Inet4Address);
    };
  }

  /** Returns the addresses with the families by turns (RFC 8305 §4), the first as it was. */
  static List<InetAddress> interleaved(List<InetAddress> addresses) {
    boolean firstIsIpv4 = addresses.get(0) instanceof Inet4Address;
    List<InetAddress> preferred = new ArrayList<>();
    List<InetAddress> other = new ArrayList<>();
    addresses.forEach(
        address ->
            (address instanceof Inet4Address == firstIsIpv4 ? preferred : other).add(address));
    List<InetAddress> mixed = new ArrayList<>();
    for (int i = 0; i < Math.max(preferred.size(), other.size()); i++) {
      if (i < preferred.size()) {
        mixed.add(preferred.get(i));
      }
      if (i < other.size()) {
        mixed.add(other.get(i));
      }
    }
    return mixed;
  }
}
