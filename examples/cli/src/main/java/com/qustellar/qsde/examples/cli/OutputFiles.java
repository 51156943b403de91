package com.qustellar.qsde.examples.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a file that is to be written; a path would forget the slash at its end. */
final class OutputFiles implements ITypeConverter<Path> {
  @Override
  public Path convert(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("it names no file");
    }
    try {
      Path file = Path.of(text);
      if (text.endsWith("/") && !Files.isDirectory(file)) {
        throw new TypeConversionException(
            "'" + text + "' is no directory that is there: create it first, or name a file");
      }
      return file;
    } catch (InvalidPathException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
