package com.qustellar.qsde;

import java.net.InetAddress;

/** The policies behind {@link AddressPolicy#any()} and {@link AddressPolicy#publicOnly()}. */
enum AddressPolicies implements AddressPolicy {
  ANY {
    @Override
    public boolean allows(InetAddress address) {
      return true;
    }
  },

  PUBLIC_ONLY {
    @Override
    public boolean allows(InetAddress address) {
      return SpecialAddresses.isPublic(address.getAddress());
    }
  };
}
