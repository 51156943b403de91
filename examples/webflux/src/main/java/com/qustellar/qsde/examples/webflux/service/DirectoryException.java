package com.qustellar.qsde.examples.webflux.service;

import java.io.IOException;
import java.nio.file.Path;

/** The directory of the service can't be made, or is somebody else's. */
@SuppressWarnings("serial")
final class DirectoryException extends RuntimeException {

  DirectoryException(Path directory, IOException cause) {
    super("The directory " + directory + " can't be made, or be made its owner's only.", cause);
  }
}
