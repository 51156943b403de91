package com.qustellar.qsde;

import java.net.InetAddress;

/**
 * Says which addresses may be connected to.
 *
 * <p>It is asked about the very address that a connection is about to be opened to, on every
 * redirect again, so neither DNS rebinding nor an odd literal gets around it. It is asked on many
 * threads and must not block.
 */
@FunctionalInterface
public interface AddressPolicy {

  /**
   * {@return whether a connection to this address may be opened}
   *
   * @param address a resolved address
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
