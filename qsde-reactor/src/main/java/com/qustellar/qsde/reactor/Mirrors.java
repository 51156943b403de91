package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.Timeout.Phase;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.plan.MirrorChoice;
import com.qustellar.qsde.internal.plan.MirrorChoice.Candidate;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The places where a download's file is to be had, most often one: who is asked next, and who no
 * more.
 *
 * <p>A mirror that fails for good (it has no such file, or another one) is out. One that fails for
 * now rests for a minute, or until one of its connections brings something after all; while all
 * rest, all are asked.
 */
final class Mirrors {

  /** What a mirror has to bring to show that it works. */
  private static final int WORKS = 64 << 10;

  private final NettyDownloadEngine engine;
  private final DownloadRequest request;
  private final List<Mirror> all = new ArrayList<>();

  private volatile @Nullable Mirror beginner;
  private volatile boolean differing;

  /**
   * Takes those of a request.
   *
   * @param only the index of the only one that is to be asked, empty for all
   */
  Mirrors(NettyDownloadEngine engine, DownloadRequest request, OptionalInt only) {
    this.engine = engine;
    this.request = request;
    var source = request.source();
    all.add(
        new Mirror(
            request.uri(), source == null ? null : new Whereabouts(engine, request, source)));
    request.mirrors().forEach(uri -> all.add(new Mirror(uri, null)));
    only.ifPresent(index -> all.retainAll(List.of(all.get(index))));
  }

  // ---- the one that has told what the file is

  void begunBy(Mirror mirror) {
    beginner = mirror;
  }

  /** All that has been brought is dropped, and one begins anew. */
  synchronized void begunAnewBy(Mirror mirror) {
    beginner = mirror;
    all.forEach(Mirror::dropped);
  }

  /** Returns the file as the first answer told it; null before that. */
  @Nullable Representation representation() {
    Mirror mirror = beginner;
    return mirror == null ? null : mirror.representation();
  }

  /** Returns whether it is the request's own URI that has said what the file is. */
  boolean hasRequestedBegun() {
    Mirror mirror = beginner;
    return mirror != null && isRequested(mirror);
  }

  /** Returns whether the mirror is the one at the request's own URI. */
  boolean isRequested(Mirror mirror) {
    return mirror.requested().equals(request.uri());
  }

  /** Returns where the file is, as far as it is known. */
  URI uri() {
    Mirror mirror = beginner;
    return mirror == null ? request.uri() : mirror.uri();
  }

  // ---- who is asked

  /**
   * Begins an exchange with the mirror that promises most.
   *
   * @param tried those that have just failed to bring what is wanted
   */
  synchronized Exchange begin(Set<Mirror> tried, Function<Mirror, Exchange> exchange) {
    Mirror mirror = all.size() == 1 ? all.get(0) : choose(tried);
    Exchange begun = exchange.apply(mirror);
    mirror.begun(begun);
    return begun;
  }

  private Mirror choose(Set<Mirror> tried) {
    List<Mirror> left = left(tried);
    List<Mirror> from = left.isEmpty() ? all : left;
    return from.size() == 1 ? from.get(0) : from.get(MirrorChoice.next(candidates(from)).orElse(0));
  }

  /** The exchange is over, with success or without. */
  synchronized void ended(Exchange exchange) {
    Mirror mirror = exchange.mirror();
    if (exchange.brought() >= WORKS) {
      mirror.worked();
    }
    mirror.ended(exchange, System.nanoTime());
  }

  /** Returns whether one is left that has not just failed to bring what is wanted. */
  synchronized boolean isAnyLeft(Set<Mirror> tried) {
    return !left(tried).isEmpty();
  }

  private List<Mirror> left(Set<Mirror> tried) {
    long now = now();
    boolean anyLive = all.stream().anyMatch(mirror -> mirror.isLive(now));
    return all.stream()
        .filter(mirror -> anyLive ? mirror.isLive(now) : !mirror.isOut())
        .filter(mirror -> !tried.contains(mirror))
        .toList();
  }

  private List<Candidate> candidates(List<Mirror> mirrors) {
    long now = System.nanoTime();
    return mirrors.stream()
        .map(
            mirror ->
                new Candidate(mirror.connections(), hasRoom(mirror), mirror.bytesPerSecond(now)))
        .toList();
  }

  private boolean hasRoom(Mirror mirror) {
    if (mirror.representation() == null && mirror.connections() > 0) {
      return false; // first one is to show that it has the same file
    }
    Origin origin = mirror.origin();
    int connections =
        all.stream()
            .filter(other -> other.origin().equals(origin))
            .mapToInt(Mirror::connections)
            .sum();
    return !engine.admission().isHeld(origin) && connections < engine.admission().share(origin);
  }

  /** Returns whether another one would bring much sooner what this one brings. */
  synchronized boolean isOutpaced(Mirror mirror) {
    List<Mirror> left = left(Set.of());
    int index = left.indexOf(mirror);
    return left.size() > 1 && index >= 0 && MirrorChoice.isOutpaced(index, candidates(left));
  }

  /** Returns how many connections there may be without keeping other downloads from any origin. */
  synchronized int share() {
    Set<Origin> origins = new LinkedHashSet<>();
    left(Set.of()).forEach(mirror -> origins.add(mirror.origin()));
    int sum = origins.stream().mapToInt(engine.admission()::share).sum();
    return Math.max(1, sum);
  }

  // ---- who is asked no more

  /** Returns whether a failure tells something against the mirror, and nothing against others. */
  private boolean isItsFault(DownloadException failure) {
    if (failure instanceof DownloadException.SourceChanged) {
      // Without a digest nobody knows which version the others' bytes are of.
      return request.checksum() != null;
    }
    if (failure instanceof DownloadException.TooLarge) {
      return beginner == null;
    }
    return isOfAMirror(failure);
  }

  /** Returns whether a failure is about who was asked. */
  static boolean isOfAMirror(DownloadException failure) {
    if (failure instanceof DownloadException.Timeout timeout) {
      return timeout.phase() != Phase.TOTAL && timeout.phase() != Phase.ACQUIRE;
    }
    return failure instanceof DownloadException.HttpStatus
        || failure instanceof DownloadException.ConnectFailed
        || failure instanceof DownloadException.ConnectionLost
        || failure instanceof DownloadException.NameNotResolved
        || failure instanceof DownloadException.TlsFailure
        || failure instanceof DownloadException.ProxyFailure
        || failure instanceof DownloadException.SourceUnavailable
        || failure instanceof DownloadException.InvalidResponse
        || failure instanceof DownloadException.TooManyRedirects
        || failure instanceof DownloadException.RedirectRefused
        || failure instanceof DownloadException.AddressRefused;
  }

  /**
   * A mirror has failed.
   *
   * @param progressed whether it had brought something before
   * @return whether it was the mirror's fault, so that another one may do better
   */
  synchronized boolean failed(Mirror mirror, DownloadException failure, boolean progressed) {
    boolean itsFault = isItsFault(failure);
    if (itsFault && !(progressed && failure.retryable())) {
      mirror.failed(failure, now());
    }
    return itsFault;
  }

  /** Returns whether there is another one that has nothing against it. */
  synchronized boolean hasOthers(Mirror mirror) {
    long now = now();
    return all.stream().anyMatch(other -> other != mirror && other.isLive(now));
  }

  /**
   * Returns why other mirrors are not asked now than the one that has failed last.
   *
   * @param tried those that have just failed to bring what is wanted, and how
   */
  synchronized List<DownloadException> others(
      DownloadException last, Map<Mirror, DownloadException> tried) {
    return all.stream()
        .flatMap(
            mirror ->
                Stream.ofNullable(mirror.failure() == null ? tried.get(mirror) : mirror.failure()))
        .filter(failure -> failure != last)
        .toList();
  }

  /** Returns the failure of a download that none of them brings: the first one's. */
  synchronized DownloadException cause(DownloadException last) {
    DownloadException first = all.get(0).failure();
    DownloadException cause = first == null || DownloadTask.isWrong(last) ? last : first;
    Stream.concat(others(last, Map.of()).stream(), Stream.of(last))
        .forEach(other -> FailureTree.add(cause, other));
    return cause;
  }

  /** One has another file than the one that was asked first. */
  void differed() {
    differing = true;
  }

  /**
   * Returns whether nobody but the first is left, as one has been dropped that may only have
   * another file than that.
   */
  synchronized boolean isFirstToBeDoubted() {
    return differing && all.stream().allMatch(mirror -> mirror == beginner || mirror.isOut());
  }

  // ---- who has brought what

  /** Returns whether all comes from the one that has told what the file is. */
  synchronized boolean isBeginnersAlone() {
    return all.stream().allMatch(mirror -> mirror == beginner || mirror.brought() == 0);
  }

  /** Returns the index of the only one that has brought anything; empty if there are several. */
  synchronized OptionalInt sole() {
    long suppliers = all.stream().filter(mirror -> mirror.brought() > 0).count();
    return suppliers == 1
        ? all.stream().filter(mirror -> mirror.brought() > 0).mapToInt(all::indexOf).findFirst()
        : OptionalInt.empty();
  }

  private long now() {
    return engine.scheduler().now(TimeUnit.NANOSECONDS);
  }
}
