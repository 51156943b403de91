package com.qustellar.qsde.reactor.testing;

import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;
import reactor.blockhound.BlockHound;

/**
 * Fails tests and classes that leak; {@link LeakChecks} says what counts. JUnit finds it itself.
 */
public final class LeakExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  /** The configuration parameter for how long to wait for what is about to end. */
  static final String PATIENCE = "qsde.leaks.patience.millis";

  private static final long DEFAULT_PATIENCE = 15_000;
  private static final Namespace NAMESPACE = Namespace.create(LeakExtension.class);

  // The buffers come first: they are watched from the first one on or not at all.
  private static final List<LeakProbe> HELD =
      List.of(new BufferProbe(), new DescriptorProbe(), new ThreadProbe());
  private static final LeakProbe REFUSED = new BlockingProbe();
  private static final LeakProbe LEFT = new PartFileProbe();

  static {
    armBlockHound();
    // Of two event loops that log their first line one would wait for the lock of the other. Made
    // before BlockHound is armed, a handler would write past what that allows.
    Logger.getLogger("").getHandlers();
  }

  /**
   * Where it is on the class path. Not by its own listener of the platform: that one is made in
   * Maven's JVM as well as soon as there are several for the tests.
   */
  private static void armBlockHound() {
    try {
      BlockHound.install();
    } catch (NoClassDefFoundError e) {
      // The examples' tests have the other checks.
      return;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    open(context, true);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    open(context, !isMarked(context, SharedAcrossTests.class));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close(context);
  }

  private static void open(ExtensionContext context, boolean held) {
    List<LeakProbe> probes = new ArrayList<>(held ? HELD : List.of());
    probes.add(REFUSED);
    if (!isMarked(context, KeepsPartFiles.class)) {
      probes.add(LEFT);
    }
    context.getStore(NAMESPACE).put(LeakScope.class, LeakScope.open(probes));
  }

  private static void close(ExtensionContext context) {
    long patience =
        context.getConfigurationParameter(PATIENCE, Long::valueOf).orElse(DEFAULT_PATIENCE);
    LeakScope scope = context.getStore(NAMESPACE).remove(LeakScope.class, LeakScope.class);
    scope.close(Duration.ofMillis(patience));
  }

  /** Returns whether the test, its class or one around that has the annotation. */
  private static boolean isMarked(ExtensionContext context, Class<? extends Annotation> mark) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      if (AnnotationSupport.isAnnotated(at.get().getElement(), mark)) {
        return true;
      }
    }
    return false;
  }
}
