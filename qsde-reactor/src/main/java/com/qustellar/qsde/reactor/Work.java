package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadResult;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** What a download does from its admission to its end. Safe from any thread. */
interface Work {

  /**
   * Does it when subscribed to; once more after a pause.
   *
   * @param turn disposed of at a pause, and at the end that somebody else brings about: nothing
   *     more of it begins
   */
  Mono<DownloadResult> run(Disposable turn);

  /** The limits have changed. */
  void review();

  /**
   * Ends what still runs of it, and closes what it holds; nothing begins from then on.
   *
   * @param useless whether what has come must not be gone on with
   */
  Mono<Void> close(boolean useless);

  /** It has been closed; returns whether something stays for a later run. */
  boolean closed();

  /** Returns whether it can be closed and run again. */
  boolean isPausable();

  /** Has nothing stay for a later run, whenever it is closed. */
  void discard();

  /** Deletes what has stayed. */
  Mono<Void> deleteKept();
}
