package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;

/** Refuses the settings that this version does not carry out, rather than leave them unused. */
final class Supported {

  private Supported() {}

  static NetworkSettings check(NetworkSettings settings) {
    require(settings.proxy().equals(ProxySettings.none()), "a proxy");
    require(settings.addressPolicy().equals(AddressPolicy.any()), "an address policy");
    return settings;
  }

  static void check(DownloadRequest request) {
    require(request.source() == null, "a source");
    NetworkSettings network = request.network();
    if (network != null) {
      check(network);
    }
  }

  private static void require(boolean supported, String what) {
    if (!supported) {
      throw new UnsupportedOperationException(what + " is not available yet");
    }
  }
}
