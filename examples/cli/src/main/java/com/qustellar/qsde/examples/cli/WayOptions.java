package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.AddressFamily;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** The options about the way to a server: through which proxy, to which address. */
final class WayOptions {

  final OptionSet options = new OptionSet();

  private final Supplier<@Nullable String> proxy =
      options.value(
          String.class,
          OptionSpec.builder("--proxy")
              .paramLabel("URL")
              .description(
                  "The proxy for everything: http://, socks5:// or socks5h://[USER:PASSWORD@]HOST:PORT. "
                      + "'' for none. By default http_proxy, https_proxy, all_proxy and no_proxy say, as for curl."));

  private final Supplier<Boolean> ipv4 =
      options.flag(OptionSpec.builder("-4").description("Use IPv4 addresses only."));

  private final Supplier<Boolean> ipv6 =
      options.flag(OptionSpec.builder("-6").description("Use IPv6 addresses only."));

  private final Supplier<List<Known>> resolved =
      options.values(
          Known.class,
          new Resolved(),
          OptionSpec.builder("--resolve")
              .paramLabel("HOST:PORT:ADDRESS")
              .description(
                  "Connect to this address, or these with commas between, where HOST:PORT is wanted; "
                      + "may be repeated."));

  /** The environment, which a test may replace. */
  Map<String, String> environment = System.getenv();

  /** Returns the settings with what the options say. */
  NetworkSettings apply(NetworkSettings before) {
    if (ipv4.get() && ipv6.get()) {
      throw new UsageException("-4 and -6 exclude each other");
    }
    NetworkSettings settings = before.withProxy(proxies());
    for (Known known : resolved.get()) {
      settings = settings.withAddresses(known.host(), known.port(), known.addresses());
    }
    if (ipv4.get() || ipv6.get()) {
      settings = settings.withAddressFamily(ipv4.get() ? AddressFamily.IPV4 : AddressFamily.IPV6);
    }
    return settings;
  }

  private ProxySettings proxies() {
    if (proxy.get() == null) {
      return ProxySettings.fromEnvironment(environment);
    }
    return proxy.get().isBlank() ? ProxySettings.none() : ProxySettings.parse(proxy.get());
  }

  record Known(String host, int port, List<InetAddress> addresses) {}

  static final class Resolved implements ITypeConverter<Known> {

    private static final Pattern ENTRY =
        Pattern.compile("(\\[[^]]+]|[^:]+):(\\d{1,5}):([0-9A-Fa-f:.,\\[\\]]+)");
    private static final Pattern LITERAL =
        Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    @Override
    public Known convert(String text) {
      Matcher entry = ENTRY.matcher(text);
      if (!entry.matches()) {
        throw wrong(text);
      }
      List<InetAddress> addresses = new ArrayList<>();
      for (String literal : entry.group(3).split(",", -1)) {
        String bare = literal.replaceAll("^\\[|]$", "");
        if (!LITERAL.matcher(bare).matches()) {
          throw wrong(text);
        }
        try {
          // A literal: nothing is looked up.
          addresses.addAll(
              List.of(InetAddress.getAllByName(bare.indexOf(':') < 0 ? bare : "[" + bare + "]")));
        } catch (UnknownHostException e) {
          throw wrong(text);
        }
      }
      return new Known(entry.group(1), Integer.parseInt(entry.group(2)), addresses);
    }

    private static TypeConversionException wrong(String text) {
      return new TypeConversionException(
          "'" + text + "' is not HOST:PORT:ADDRESS, as example.org:443:192.0.2.1 is");
    }
  }
}
