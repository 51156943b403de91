package com.qustellar.qsde.reactor.testing;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Makes the directories of {@code @TempDir} and has them watched. */
public final class WatchedTempDirFactory implements TempDirFactory {

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws Exception {
    Path directory = Standard.INSTANCE.createTempDirectory(element, context);
    LeakChecks.watch(directory);
    return directory;
  }
}
