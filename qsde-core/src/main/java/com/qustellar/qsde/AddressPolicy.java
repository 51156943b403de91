package com.qustellar.qsde;

import java.net.InetAddress;

/**
 * Says which addresses may be connected to.
 *
 * <p>It is asked about the very address that a connection is about to be opened to, on every
 * redirect again, so neither DNS rebinding nor an odd literal gets around it. An IPv4 address
 * inside an IPv4-mapped one ({@code ::ffff:127.0.0.1}) is asked about as an IPv4 address. Of a
 * name's addresses those that are allowed are used; where none is, the download fails with {@link
 * DownloadException.AddressRefused} and is not retried.
 *
 * <p>It is asked on event loops, many at once, and must not block. An address for which it throws
 * is refused.
 *
 * <p>A connection that was made under one policy is never used under another; policies are compared
 * with {@code equals}, so a lambda that is made anew for each request shares no connections.
 */
@FunctionalInterface
public interface AddressPolicy {

  /**
   * {@return whether a connection to this address may be opened}
   *
   * @param address a resolved address, whose host name, if it has one, is what was asked for
   */
  boolean allows(InetAddress address);

  /** {@return the policy that allows every address: the default} */
  static AddressPolicy any() {
    return AddressPolicies.ANY;
  }

  /**
   * {@return the policy that allows only addresses of the public Internet, for programs that
   * download what strangers name}
   *
   * <p>It refuses loopback, private, link-local, unique-local, multicast, reserved, documentation,
   * benchmarking, carrier-grade NAT and cloud metadata addresses (IANA's special-purpose
   * registries, RFC 6890), also inside IPv4-mapped, NAT64, 6to4 and Teredo addresses.
   */
  static AddressPolicy publicOnly() {
    return AddressPolicies.PUBLIC_ONLY;
  }
}
