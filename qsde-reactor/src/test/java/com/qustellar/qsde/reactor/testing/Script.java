package com.qustellar.qsde.reactor.testing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Chooses requests of a {@link ScriptedOrigin} and says how their answers differ from the correct
 * one. The choosing methods return a copy; the script takes effect with one of the last five, and
 * after the ones before it, whose answer it is given.
 */
public final class Script {

  private final ScriptedOrigin origin;
  private final Predicate<RecordedRequest> chosen;
  private final int first;
  private final int last;

  Script(ScriptedOrigin origin, Predicate<RecordedRequest> chosen, int first, int last) {
    this.origin = origin;
    this.chosen = chosen;
    this.first = first;
    this.last = last;
  }

  /** Chooses only requests for which this holds, too. */
  public Script where(Predicate<RecordedRequest> condition) {
    return new Script(origin, chosen.and(condition), first, last);
  }

  /** Chooses the nth, from 1, of the requests that fulfil the conditions. */
  public Script request(int nth) {
    return requests(nth, nth);
  }

  /** Chooses the nth and all later ones of the requests that fulfil the conditions. */
  public Script requestsFrom(int nth) {
    return requests(nth, Integer.MAX_VALUE);
  }

  /** Chooses the first to the last, from 1 and both included, that fulfil the conditions. */
  public Script requests(int from, int to) {
    return new Script(origin, chosen, from, to);
  }

  /** Answers with what the function makes of the request and the answer it would get otherwise. */
  public void answer(BiFunction<RecordedRequest, Reply, Reply> function) {
    AtomicInteger seen = new AtomicInteger();
    origin.add(
        (request, reply) -> {
          if (!chosen.test(request)) {
            return reply;
          }
          int number = seen.incrementAndGet();
          return number < first || number > last ? reply : function.apply(request, reply);
        });
  }

  /** Answers with what the function makes of the answer that the request would get otherwise. */
  public void answer(UnaryOperator<Reply> function) {
    answer((request, reply) -> function.apply(reply));
  }

  /** Answers with this, whatever the request would get otherwise. */
  public void answer(Reply fixed) {
    answer((request, reply) -> fixed);
  }

  /** Answers from another resource: a file that has changed. */
  public void serve(Resource resource) {
    answer((request, reply) -> resource.reply(request));
  }

  /** Resets the connection after so many bytes of the body. */
  public void resetAfter(long bytes) {
    answer(reply -> reply.resetAfter(bytes));
  }
}
