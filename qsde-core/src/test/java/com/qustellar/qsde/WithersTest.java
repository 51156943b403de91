package com.qustellar.qsde;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wither changes what its name says, on a copy, and nothing else. */
class WithersTest {

  private static final DownloadRequest REQUEST = DownloadRequest.of("http://h/x", Path.of("x"));
  private static final Checksum MD5 = Checksum.of(HashAlgorithm.MD5, new byte[16]);
  private static final Supplier<CompletionStage<Source>> SOURCE = CompletableFuture::new;
  private static final Predicate<Object> CONDITION = Predicate.isEqual("never");
  private static final ProxySettings PROXY = ProxySettings.parse("proxy:1");
  private static final TlsSettings TLS = TlsSettings.defaults().withVerification(false);

  /** A wither, what it is called with, and what its accessors answer then. */
  record Case(Object base, String wither, List<Class<?>> types, List<?> args, Map<String, ?> now) {
    @Override
    public String toString() {
      return base.getClass().getSimpleName() + "." + wither + types;
    }
  }

  static List<Case> cases() {
    Limits limits = Limits.defaults();
    NetworkSettings network = NetworkSettings.defaults();
    TlsSettings tls = TlsSettings.defaults();
    RetryPolicy retry = RetryPolicy.defaults();
    return List.of(
        wither(REQUEST, "withTarget", Path.class, Path.of("y")),
        new Case(
            REQUEST,
            "withMirrors",
            List.of(List.class),
            List.of(List.of(URI.create("http://m/"))),
            Map.of("mirrors", List.of(URI.create("http://m/")))),
        new Case(
            REQUEST,
            "withMirrors",
            List.of(String[].class),
            List.of((Object) new String[] {"http://m/"}),
            Map.of("mirrors", List.of(URI.create("http://m/")))),
        wither(REQUEST, "withId", String.class, "an-id"),
        wither(REQUEST, "withSource", Supplier.class, SOURCE),
        wither(REQUEST, "withChecksum", Checksum.class, MD5),
        wither(REQUEST, "withChecksum", String.class, "md5=" + "0".repeat(32), MD5),
        wither(REQUEST, "withComputedChecksum", HashAlgorithm.class, HashAlgorithm.SHA512),
        new Case(
            REQUEST,
            "withHeader",
            List.of(String.class, String.class),
            List.of("A", "b"),
            Map.of("headers", Map.of("A", "b"))),
        wither(REQUEST, "withConnections", int.class, 3),
        wither(REQUEST, "withPriority", int.class, -3),
        wither(REQUEST, "withRetryPolicy", RetryPolicy.class, RetryPolicy.none()),
        wither(REQUEST, "withNetwork", NetworkSettings.class, network.withMaxRedirects(1)),
        wither(REQUEST, "withResume", boolean.class, false),
        wither(REQUEST, "withOverwrite", boolean.class, true),
        wither(REQUEST, "withIfNewer", boolean.class, true),
        wither(REQUEST, "withRemoteTime", boolean.class, true),
        wither(REQUEST, "withFsync", boolean.class, false),
        wither(REQUEST, "withTotalBytes", long.class, 0L, OptionalLong.of(0)),
        wither(REQUEST, "withMaxBytes", long.class, 1L),
        wither(REQUEST, "withBytesPerSecond", long.class, 1L),
        wither(REQUEST, "withTotalTimeout", Duration.class, Duration.ofNanos(1)),
        wither(limits, "withMaxConcurrentDownloads", int.class, 1),
        wither(limits, "withConnectionsPerDownload", int.class, 1),
        wither(limits, "withConnectionsPerHost", int.class, 1),
        wither(limits, "withWriteBufferSize", int.class, 4096),
        wither(limits, "withSegmentSize", long.class, 65536L),
        wither(limits, "withMemoryBudget", long.class, 1048576L),
        wither(limits, "withBytesPerSecond", long.class, 1L),
        wither(network, "withProxy", ProxySettings.class, PROXY),
        wither(network, "withProxy", String.class, "http://proxy:1", PROXY),
        wither(network, "withTls", TlsSettings.class, TLS),
        wither(network, "withUserAgent", String.class, "me/1"),
        wither(network, "withHeaders", Map.class, Map.of("A", "b")),
        wither(network, "withConnectTimeout", Duration.class, Duration.ofNanos(1)),
        wither(network, "withStallTimeout", Duration.class, Duration.ofNanos(1)),
        wither(network, "withSpeedLimit", long.class, 1L),
        wither(network, "withMaxRedirects", int.class, 0),
        wither(network, "withAddressPolicy", AddressPolicy.class, AddressPolicy.publicOnly()),
        wither(network, "withAddressFamily", AddressFamily.class, AddressFamily.IPV6),
        new Case(
            network,
            "withAddresses",
            List.of(String.class, int.class, List.class),
            List.of("H", 80, List.of(InetAddress.getLoopbackAddress())),
            Map.of("addresses", Map.of("h:80", List.of(InetAddress.getLoopbackAddress())))),
        wither(network, "withProtocol", HttpProtocol.class, HttpProtocol.HTTP_2),
        wither(tls, "withTrustedCertificates", Path.class, Path.of("ca.pem")),
        new Case(
            tls,
            "withClientCertificate",
            List.of(Path.class, Path.class),
            List.of(Path.of("cert.pem"), Path.of("key.pem")),
            Map.of("clientCertificate", Path.of("cert.pem"), "clientKey", Path.of("key.pem"))),
        wither(tls, "withVerification", boolean.class, false),
        new Case(
            ProxySettings.none(),
            "withScheme",
            List.of(String.class, String.class),
            List.of("https", "p:1"),
            Map.of("scheme(https)", URI.create("http://p:1"))),
        wither(ProxySettings.none(), "withNoProxy", String.class, "a,b"),
        wither(ProxySettings.none(), "withAddressPolicyEnforced", boolean.class, true),
        wither(retry, "withMaxAttempts", int.class, 2, OptionalInt.of(2)),
        new Case(
            retry,
            "withMaxAttempts",
            List.of(Class.class, int.class),
            List.of(HttpStatus.class, 3),
            Map.of("maxAttempts(HttpStatus)", OptionalInt.of(3))),
        new Case(
            retry,
            "withBackoff",
            List.of(Duration.class, Duration.class),
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)),
            Map.of("backoff", Duration.ofSeconds(1), "longestBackoff", Duration.ofSeconds(2))),
        wither(retry, "withJitter", double.class, 0.5),
        wither(retry, "withBudget", Duration.class, Duration.ofSeconds(1)),
        wither(retry, "withLongestRetryAfter", Duration.class, Duration.ofSeconds(1)),
        wither(retry, "withRetryIf", Predicate.class, CONDITION));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void changesItsPropertyOnACopy(Case given) throws Exception {
    Map<String, Object> before = properties(given.base);
    String shownBefore = given.base.toString();
    Map<String, Object> expected = new TreeMap<>(before);
    expected.putAll(given.now);

    Object copy = apply(given);

    assertThat(properties(copy)).isEqualTo(expected);
    assertThat(expected).as("the table gives a new value").isNotEqualTo(before);
    assertThat(properties(given.base)).as("the original").isEqualTo(before);
    assertThat(given.base).hasToString(shownBefore);
    if (comparesByValue(given.base)) {
      assertThat(copy).isNotEqualTo(given.base);
    }
  }

  @Test
  void noWitherIsForgotten() {
    Set<String> tested =
        cases().stream()
            .map(c -> signature(c.base.getClass(), c.wither, c.types))
            .collect(Collectors.toSet());
    Set<String> existing =
        cases().stream()
            .map(c -> c.base.getClass())
            .distinct()
            .flatMap(type -> Arrays.stream(type.getMethods()))
            .filter(m -> m.getName().startsWith("with"))
            .map(m -> signature(m.getDeclaringClass(), m.getName(), List.of(m.getParameterTypes())))
            .collect(Collectors.toSet());

    assertThat(tested).isEqualTo(existing);
  }

  @Test
  void equalSettingsAreEqual() {
    for (Case one : cases()) {
      if (comparesByValue(one.base)) {
        assertThat(apply(one)).isEqualTo(apply(one)).hasSameHashCodeAs(apply(one));
      }
    }
  }

  private static Object apply(Case given) {
    try {
      return given
          .base
          .getClass()
          .getMethod(given.wither, given.types.toArray(Class<?>[]::new))
          .invoke(given.base, given.args.toArray());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.toString(), e);
    }
  }

  private static boolean comparesByValue(Object settings) {
    return Stream.of(Limits.class, NetworkSettings.class, TlsSettings.class, ProxySettings.class)
        .anyMatch(type -> type.isInstance(settings));
  }

  private static Case wither(Object base, String wither, Class<?> type, Object value) {
    return wither(base, wither, type, value, value);
  }

  private static Case wither(
      Object base, String wither, Class<?> type, Object value, Object expected) {
    String property = wither.substring(4, 5).toLowerCase(Locale.ROOT) + wither.substring(5);
    return new Case(base, wither, List.of(type), List.of(value), Map.of(property, expected));
  }

  private static String signature(Class<?> type, String name, List<Class<?>> parameters) {
    return type.getSimpleName() + "." + name + parameters;
  }

  /** What all accessors answer; null stands as "null". */
  private static Map<String, Object> properties(Object object)
      throws InvocationTargetException, IllegalAccessException {
    Map<String, Object> properties = new HashMap<>();
    for (Method method : object.getClass().getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && !Modifier.isStatic(method.getModifiers())
          && method.getParameterCount() == 0
          && Stream.of("hashCode", "toString", "established")
              .allMatch(not(method.getName()::equals))) {
        properties.put(method.getName(), Objects.requireNonNullElse(method.invoke(object), "null"));
      }
    }
    if (object instanceof RetryPolicy policy) {
      properties.put("maxAttempts(HttpStatus)", policy.maxAttempts(HttpStatus.class));
    }
    if (object instanceof ProxySettings proxy) {
      properties.put("scheme(https)", Objects.requireNonNullElse(proxy.scheme("https"), "null"));
    }
    return properties;
  }
}
