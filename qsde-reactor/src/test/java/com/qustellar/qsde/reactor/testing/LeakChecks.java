package com.qustellar.qsde.reactor.testing;

import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * What a test can tell the checks that run around it.
 *
 * <p>They need not be asked for: {@code junit-platform.properties} registers {@link LeakExtension}
 * for every test on whose class path it is. A test fails that leaves behind
 *
 * <ul>
 *   <li>a Netty buffer (or anything else Netty tracks) that was not released, be it still reachable
 *       or not,
 *   <li>an open file descriptor,
 *   <li>a thread that is no daemon or is named {@code qsde-…} or {@code origin-…},
 *   <li>a part file or a journal in a {@code @TempDir}, unless {@link KeepsPartFiles} says so,
 *   <li>something that it has registered here,
 *   <li>where BlockHound is armed, a call that blocked a thread that must not, wherever its error
 *       ended.
 * </ul>
 *
 * <p>What ends a moment after the test is waited for. A class fails for what its {@code @BeforeAll}
 * and {@code @AfterAll} leave, and with {@link SharedAcrossTests} for all of it. Tests that run in
 * parallel would see each other's resources: they run one after the other.
 */
public final class LeakChecks {

  private LeakChecks() {}

  /**
   * Fails the running test, or the class in whose {@code @BeforeAll} this is called, if the value
   * is not zero at its end.
   */
  public static void register(String name, LongSupplier mustBeZeroAtEnd) {
    LeakScope.current().register(name, mustBeZeroAtEnd);
  }

  /** Looks for part files and journals in this directory as it does in a {@code @TempDir}. */
  public static void watch(Path directory) {
    PartFileProbe.watch(directory);
  }
}
