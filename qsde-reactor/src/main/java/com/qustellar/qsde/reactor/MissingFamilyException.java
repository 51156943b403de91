package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressFamily;
import java.net.UnknownHostException;

/** A host has no address of the only family that is to be used. */
final class MissingFamilyException extends UnknownHostException {

  private static final long serialVersionUID = 1;

  private final AddressFamily family;
  private final boolean literal;

  /**
   * Reports it.
   *
   * @param literal whether the host is an address itself
   */
  MissingFamilyException(String host, AddressFamily family, boolean literal) {
    super(host + " has no address of the family " + family);
    this.family = family;
    this.literal = literal;
  }

  AddressFamily family() {
    return family;
  }

  boolean isLiteral() {
    return literal;
  }
}
