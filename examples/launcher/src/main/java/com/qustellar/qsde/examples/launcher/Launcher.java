package com.qustellar.qsde.examples.launcher;

import com.qustellar.qsde.reactor.DownloadEngine;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.swing.SwingUtilities;

/** Brings a directory up to date with a manifest, in a window. */
public final class Launcher {

  private static final Duration FRAME = Duration.ofMillis(100);

  private Launcher() {}

  /**
   * Opens the window, and ends when it is closed.
   *
   * @param args the manifest and the directory
   * @throws InterruptedException never
   */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      fail("usage: java -jar qsde-launcher.jar MANIFEST DIRECTORY");
    } else if (GraphicsEnvironment.isHeadless()) {
      fail("there is no screen to open a window on: set DISPLAY, or install a JRE with AWT");
    } else {
      try {
        run(Manifest.read(Path.of(args[0]), Path.of(args[1])));
      } catch (IOException e) {
        fail("can't read the manifest or make the directory: " + e);
      } catch (IllegalArgumentException e) {
        fail("can't update by this manifest: " + e.getMessage());
      }
    }
  }

  private static void run(List<UpdateFile> files) throws InterruptedException {
    // Smooth text where no desktop has said how it wants it.
    System.setProperty("awt.useSystemAAFontSettings", "on");
    CountDownLatch closed = new CountDownLatch(1);
    // Closed here, not on the event thread: the engine waits for the last write.
    try (DownloadEngine engine = DownloadEngine.builder().progressInterval(FRAME).build()) {
      SwingUtilities.invokeAndWait(
          () -> LauncherWindow.open(new Update(engine, files), closed::countDown));
      closed.await();
    } catch (InvocationTargetException e) {
      fail("can't open a window: " + e.getCause());
    }
  }

  private static void fail(String why) {
    System.err.println("launcher: " + why);
    System.exit(2);
  }
}
