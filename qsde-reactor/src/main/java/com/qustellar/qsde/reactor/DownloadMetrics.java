package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.util.context.Context;

/**
 * A recorder of what an engine does, given to {@link DownloadEngine.Builder#metrics}; every method
 * does nothing unless it is overridden.
 *
 * <p>Methods are called once a download, a segment, a request or a retry, on any thread, event
 * loops among them: they must not block. What they throw is logged and changes nothing, as does a
 * null that they return. Bytes are never told: what counts them, and what comes and goes, is asked
 * for when somebody looks.
 *
 * <pre>
 * observe                        once, when the engine is built
 *   downloadStarted              subscribed to or submitted, perhaps to wait
 *     connectionTaken
 *       answered                 the head of an answer is here, an error or a redirect too
 *     connectionReleased
 *     retrying
 *     segmentCompleted
 *   Recording.ended              before the outcome is told
 * observe's Disposable           once, when the engine has closed
 * </pre>
 */
public interface DownloadMetrics {

  /** What an engine is doing now. Safe from any thread; never blocks. */
  interface Gauges {

    /** {@return the downloads that run} */
    long active();

    /** {@return the downloads that wait for their turn} */
    long queued();

    /** {@return the downloads that are paused} */
    long paused();

    /** {@return the bytes of bodies that all downloads have received so far} */
    long bytesReceived();

    /**
     * {@return what is in use of the memory budget: the bytes received and not yet written, and all
     * the bytes of small files that wait in memory until they are whole}
     */
    long memoryInUse();
  }

  /** The recording of one download. */
  interface Recording {

    /**
     * Returns the context that the signals below the download carry.
     *
     * @param subscriber the context of who subscribed; empty for {@code submit}
     * @return that context by default, or one with more in it
     */
    default Context context(Context subscriber) {
      return subscriber;
    }

    /**
     * The download has ended; its outcome is told afterwards.
     *
     * @param failure why it failed, a {@link DownloadException.Cancelled} if it was cancelled; null
     *     if it completed
     */
    default void ended(@Nullable DownloadException failure) {}
  }

  /** {@return a recorder that records nothing: an engine's default} */
  static DownloadMetrics none() {
    return NoMetrics.INSTANCE;
  }

  /**
   * An engine begins.
   *
   * @param engine what it is doing, to be asked at any time
   * @return disposed of when the engine has closed
   */
  default Disposable observe(Gauges engine) {
    return Disposables.disposed();
  }

  /**
   * A download begins, or waits for its turn.
   *
   * @param request the request, with all its secrets
   * @param subscriber the Reactor context of who subscribed; empty for {@code submit}
   * @return told how it ends
   */
  default Recording downloadStarted(DownloadRequest request, Context subscriber) {
    return NoMetrics.INSTANCE;
  }

  /**
   * A connection is in use for a request; idle ones in the pool don't count.
   *
   * @param origin the origin, such as {@code https://example.org}
   */
  default void connectionTaken(String origin) {}

  /**
   * A connection is no longer in use.
   *
   * @param origin the same as when it was taken
   */
  default void connectionReleased(String origin) {}

  /**
   * The head of an answer has arrived, whatever its status.
   *
   * @param wait the time since the request was given to the transport: to connect, where that was
   *     necessary, and to the first byte
   */
  default void answered(Duration wait) {}

  /**
   * A segment has been fetched.
   *
   * @param time the time from its first request to its last write, retries and waits between them
   */
  default void segmentCompleted(Duration time) {}

  /**
   * Something is tried again: a segment, or the whole download after a wrong digest or a changed
   * file.
   *
   * @param why what went wrong
   */
  default void retrying(DownloadException why) {}
}
