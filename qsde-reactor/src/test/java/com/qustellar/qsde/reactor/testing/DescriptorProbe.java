package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Lists this process's open descriptors, on systems that show them under {@code /proc}. */
final class DescriptorProbe implements LeakProbe {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final List<String> ignored =
      new ArrayList<>(List.of("/proc/", "/sys/", "/dev/", "/etc/"));

  DescriptorProbe() {
    try {
      ignored.add(Path.of(System.getProperty("java.home")).toRealPath() + "/");
      // The JDK opens descriptors of its own with the first socket and the first file.
      new ServerSocket(0).close();
      Path file = Files.createTempFile("descriptors", null);
      FileChannel.open(file).close();
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Supplier<List<Leak>> begin() {
    Set<String> before = open();
    return () ->
        open().stream()
            .filter(descriptor -> !before.contains(descriptor))
            .map(descriptor -> new Leak(descriptor, "a descriptor is still open: " + descriptor))
            .toList();
  }

  private Set<String> open() {
    Set<String> open = new TreeSet<>();
    if (!Files.isDirectory(DESCRIPTORS)) {
      return open;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (!target.endsWith(".jar") && ignored.stream().noneMatch(target::startsWith)) {
            // What is deleted while it is open stays the same leak.
            open.add(descriptor.getFileName() + " -> " + target.replace(" (deleted)", ""));
          }
        } catch (IOException e) {
          // It was closed after it was listed.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }
}
