package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressPolicy;
import io.netty.channel.Channel;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells a connection which addresses it may try: those of the name, less what the policy refuses.
 *
 * <p>The connection is made to these very addresses, so a name server that changes its answer gains
 * nothing. An address in the URI is resolved here as well, to itself: there is no way past.
 */
final class AddressGuard extends AddressResolverGroup<InetSocketAddress> {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private static final int MAPPED = 12;

  private final AddressResolverGroup<InetSocketAddress> names;
  private final AddressRules rules;
  private final @Nullable InetSocketAddress destination;
  private final UnreachableAddresses unreachable = new UnreachableAddresses();

  /** Pools are told apart by a hash: that of an object could be another's as well. */
  private final int number = COUNT.incrementAndGet();

  /**
   * Makes one.
   *
   * @param names resolves names
   * @param rules what applies to the addresses
   * @param destination what to connect to whatever is asked for, a proxy; null for what is asked
   *     for
   */
  AddressGuard(
      AddressResolverGroup<InetSocketAddress> names,
      AddressRules rules,
      @Nullable InetSocketAddress destination) {
    this.names = names;
    this.rules = rules;
    this.destination = destination;
  }

  /** Has the outcome of a connection count that is about to be made to one of the addresses. */
  void watch(Channel channel) {
    unreachable.watch(channel);
  }

  /** Each is as good as any other, and none needs to be closed: none is kept. */
  @Override
  public AddressResolver<InetSocketAddress> getResolver(EventExecutor executor) {
    return newResolver(executor);
  }

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Guarded(executor);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return number;
  }

  /**
   * Returns an address under the name that was asked for, so that nobody looks that up; one that is
   * IPv4 inside IPv6 as IPv4, which is where its packets go.
   */
  static InetAddress named(String host, InetAddress address) {
    byte[] bytes = address.getAddress();
    try {
      // Not by the JDK alone: Netty makes mapped addresses that stay what they are.
      if (isMapped(bytes)) {
        return InetAddress.getByAddress(host, Arrays.copyOfRange(bytes, MAPPED, bytes.length));
      }
      return address instanceof Inet6Address scoped && scoped.getScopeId() != 0
          ? Inet6Address.getByAddress(host, bytes, scoped.getScopeId())
          : InetAddress.getByAddress(host, bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
    }
  }

  private static boolean isMapped(byte[] bytes) {
    if (bytes.length != 16 || bytes[10] != -1 || bytes[11] != -1) {
      return false;
    }
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns that the policy refuses an address, null if it does not; if it fails, it does. It is
   * others' code, and nobody would end the connection that waits for it if an error went on.
   */
  static @Nullable RefusedAddressException refusal(AddressPolicy policy, InetAddress address) {
    try {
      return policy.allows(address) ? null : new RefusedAddressException(address, null);
    } catch (Throwable e) {
      return new RefusedAddressException(address, e);
    }
  }

  private final class Guarded extends AbstractAddressResolver<InetSocketAddress> {

    Guarded(EventExecutor executor) {
      super(executor, InetSocketAddress.class);
    }

    /** What stands in the URI is not to be taken without being asked about. */
    @Override
    protected boolean doIsResolved(InetSocketAddress address) {
      return false;
    }

    @Override
    protected void doResolve(InetSocketAddress asked, Promise<InetSocketAddress> promise) {
      resolveAll(asked)
          .addListener(
              (FutureListener<List<InetSocketAddress>>)
                  done -> {
                    if (done.isSuccess()) {
                      promise.trySuccess(done.getNow().get(0));
                    } else {
                      promise.tryFailure(done.cause());
                    }
                  });
    }

    @Override
    protected void doResolveAll(InetSocketAddress asked, Promise<List<InetSocketAddress>> promise) {
      InetSocketAddress wanted = destination == null ? asked : destination;
      List<InetAddress> known = known(wanted);
      if (!known.isEmpty()) {
        answer(wanted, known, promise);
        return;
      }
      names
          .getResolver(executor())
          .resolveAll((SocketAddress) wanted)
          .addListener((Future<List<InetSocketAddress>> done) -> answer(wanted, done, promise));
    }

    private void answer(
        InetSocketAddress asked,
        Future<List<InetSocketAddress>> done,
        Promise<List<InetSocketAddress>> promise) {
      if (done.isSuccess()) {
        answer(asked, done.getNow().stream().map(InetSocketAddress::getAddress).toList(), promise);
      } else {
        promise.tryFailure(done.cause());
      }
    }

    private void answer(
        InetSocketAddress asked,
        List<InetAddress> addresses,
        Promise<List<InetSocketAddress>> promise) {
      try {
        List<InetSocketAddress> allowed =
            allowed(asked.getHostString(), addresses).stream()
                .map(address -> new InetSocketAddress(address, asked.getPort()))
                .toList();
        InetSocketAddress name =
            InetSocketAddress.createUnresolved(asked.getHostString(), asked.getPort());
        promise.trySuccess(unreachable.last(name, allowed));
      } catch (UnknownHostException | RefusedAddressException e) {
        promise.tryFailure(e);
      }
    }

    /** Returns the addresses that need no name server, none if it is to be asked. */
    private List<InetAddress> known(InetSocketAddress asked) {
      String host = asked.getHostString();
      List<InetAddress> fixed = rules.fixed(host, asked.getPort());
      if (!fixed.isEmpty()) {
        return fixed;
      }
      if (!asked.isUnresolved()) {
        return List.of(asked.getAddress());
      }
      return isLocalhost(host) ? List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6) : List.of();
    }
  }

  /** RFC 6761 §6.3: no name server is asked for these. */
  private static boolean isLocalhost(String host) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return name.equals("localhost") || name.endsWith(".localhost");
  }

  private List<InetAddress> allowed(String host, List<InetAddress> addresses)
      throws UnknownHostException, RefusedAddressException {
    List<InetAddress> allowed = new ArrayList<>();
    RefusedAddressException refused = null;
    for (InetAddress address : addresses) {
      InetAddress named = named(host, address);
      if (rules.isOfFamily(named)) {
        RefusedAddressException refusal = refusal(rules.policy(), named);
        if (refusal == null) {
          allowed.add(named);
        } else if (refused == null) {
          refused = refusal;
        }
      }
    }
    if (!allowed.isEmpty()) {
      return AddressRules.interleaved(allowed);
    }
    if (refused != null) {
      throw refused;
    }
    boolean literal = NetUtil.createInetAddressFromIpAddressString(host) != null;
    throw new MissingFamilyException(host, rules.family(), literal);
  }
}
