package com.qustellar.qsde.reactor;

import java.io.IOException;
import java.net.InetAddress;

/** The address policy does not allow any of the addresses that a host has. */
final class RefusedAddressException extends IOException {

  private static final long serialVersionUID = 1;

  private final String address;

  RefusedAddressException(InetAddress address, @org.jspecify.annotations.Nullable Throwable cause) {
    super("the address policy refuses it", cause);
    this.address = address.getHostAddress();
  }

  /** Returns the first of them, as a literal. */
  String address() {
    return address;
  }
}
