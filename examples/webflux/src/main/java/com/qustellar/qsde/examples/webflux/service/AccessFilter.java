package com.qustellar.qsde.examples.webflux.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says who may do what.
 *
 * <p>On loopback there are no users, but there are browsers that show other sites: a page of
 * another site must neither use the service nor, by way of a name that it has pointed here (DNS
 * rebinding), read from it. So the Host must be a name of this machine, and what a browser says of
 * a request's origin (Fetch Metadata, Origin) must be this one. A POST must be one that no form of
 * another site can send (RFC 9110 has PUT and DELETE preflighted by CORS anyway, and nothing here
 * allows it).
 *
 * <p>Where the service can be reached from elsewhere, writes and relays need the token as well; it
 * does not start without one.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class AccessFilter implements WebFilter {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** As the handler's mapping reads it, however it is escaped. */
  private static final PathPattern RELAY = PathPatternParser.defaultInstance.parse("/relay");

  private static final Set<HttpMethod> READS =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
  private static final String BEARER = "Bearer ";

  private final JsonMapper json;

  /** Empty: any host, as only a token opens anything. */
  private final Set<String> hosts;

  private final byte @Nullable [] token;

  AccessFilter(ServerProperties server, ServiceProperties service, JsonMapper json) {
    this.json = json;
    InetAddress address = server.getAddress();
    boolean loopback = address != null && address.isLoopbackAddress();
    boolean reachable = !loopback || !service.hosts().isEmpty();
    if (reachable && service.token() == null) {
      throw new InvalidConfigurationPropertyValueException(
          "service.token",
          null,
          "a service that can be reached from elsewhere needs a token: set one, or listen on"
              + " loopback only (server.address=127.0.0.1) under no other hosts");
    }
    this.token = service.token() == null ? null : service.token().getBytes(UTF_8);
    Set<String> names = new HashSet<>();
    service.hosts().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    if (loopback || !names.isEmpty()) {
      names.addAll(LOOPBACK);
    }
    this.hosts = Set.copyOf(names);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    protect(exchange.getResponse().getHeaders());
    ServiceProblem refusal = refusal(exchange.getRequest());
    return refusal == null ? chain.filter(exchange) : refuse(exchange, refusal);
  }

  private static void protect(HttpHeaders headers) {
    headers.set(
        "Content-Security-Policy",
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
  }

  private @Nullable ServiceProblem refusal(ServerHttpRequest request) {
    HttpHeaders headers = request.getHeaders();
    String host = headers.getFirst(HttpHeaders.HOST);
    if (!isOurs(host)) {
      return ServiceProblem.of(
          HttpStatus.MISDIRECTED_REQUEST,
          "host-refused",
          "this service does not answer under that name: see service.hosts");
    }
    boolean write = !READS.contains(request.getMethod());
    boolean acts = write || RELAY.matches(request.getPath());
    if (isForeign(headers, host, acts)) {
      return ServiceProblem.of(
          HttpStatus.FORBIDDEN, "origin-refused", "another site must not use this service");
    }
    if (request.getMethod().equals(HttpMethod.POST) && isSimple(headers)) {
      return ServiceProblem.of(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "form-refused",
          "a POST needs Content-Type: application/json, or without a body X-Requested-With");
    }
    if (acts && !hasToken(headers)) {
      return ServiceProblem.of(
          HttpStatus.UNAUTHORIZED, "token-required", "Authorization: Bearer and the token, please");
    }
    return null;
  }

  private boolean isOurs(@Nullable String host) {
    if (hosts.isEmpty()) {
      return true;
    }
    return host != null
        && hosts.contains(host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT));
  }

  /** Whether a browser says that a page of another site has sent the request. */
  private static boolean isForeign(HttpHeaders headers, @Nullable String host, boolean acts) {
    String site = headers.getFirst("Sec-Fetch-Site");
    if (site != null && !OWN_SITE.contains(site)) {
      // A link to the page is no harm.
      return acts || !"navigate".equals(headers.getFirst("Sec-Fetch-Mode"));
    }
    String origin = headers.getOrigin();
    return acts
        && origin != null
        && !origin.equalsIgnoreCase("http://" + host)
        && !origin.equalsIgnoreCase("https://" + host);
  }

  /** Whether a form of any site could send the request. */
  private static boolean isSimple(HttpHeaders headers) {
    String type = headers.getFirst(HttpHeaders.CONTENT_TYPE);
    boolean isJson =
        type != null && type.toLowerCase(Locale.ROOT).startsWith(MediaType.APPLICATION_JSON_VALUE);
    return !isJson && !headers.containsHeader("X-Requested-With");
  }

  private boolean hasToken(HttpHeaders headers) {
    if (token == null) {
      return true;
    }
    String given = headers.getFirst(HttpHeaders.AUTHORIZATION);
    return given != null
        && given.startsWith(BEARER)
        // In the same time whatever the first difference.
        && MessageDigest.isEqual(token, given.substring(BEARER.length()).getBytes(UTF_8));
  }

  private Mono<Void> refuse(ServerWebExchange exchange, ServiceProblem refusal) {
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(refusal.getStatusCode());
    response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (refusal.getStatusCode().equals(HttpStatus.UNAUTHORIZED)) {
      response.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    return response.writeWith(
        Mono.fromSupplier(
            () -> response.bufferFactory().wrap(json.writeValueAsBytes(refusal.getBody()))));
  }
}
