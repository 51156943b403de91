package com.qustellar.qsde.examples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.awt.Component;
import java.awt.Container;
import java.awt.Image;
import java.awt.Point;
import java.awt.Robot;
import java.awt.Window;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.WindowEvent;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.swing.JButton;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JList;
import javax.swing.SwingUtilities;
import javax.swing.Timer;
import javax.swing.plaf.basic.BasicHTML;

/**
 * Plays the launcher's user, with the keys and the mouse of a real screen, against an origin on
 * loopback. Ends with 0 when all was as it should be.
 */
final class Rehearsal {

  private static final long MIB = 1 << 20;
  private static final String HOSTILE = "<html><h1>bold</h1><img src='http:x'>.txt";

  private final DemoOrigin origin = new DemoOrigin();
  private final Robot robot = new Robot();
  private final Path game;
  private final Path manifest;
  private final String pictures;
  private final List<String> lines = new ArrayList<>();
  private final List<DemoFile> slow = new ArrayList<>();

  private Rehearsal(Path temp, String pictures) throws Exception {
    this.game = temp.resolve("game");
    this.manifest = temp.resolve("manifest.txt");
    this.pictures = pictures;
    robot.setAutoWaitForIdle(true);
  }

  public static void main(String[] args) {
    try {
      Rehearsal rehearsal = new Rehearsal(Path.of(args[1]), args[2]);
      if (args[0].equals("update")) {
        rehearsal.update();
      } else {
        rehearsal.cancel();
      }
      System.exit(0);
    } catch (Throwable e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private void update() throws Exception {
    DemoFile missing = DemoFile.of("desert.map", 2 * MIB);
    slow("world.pak", "data/world.pak", 24, MIB / 16);
    slow("music.pak", "data/music.pak", 12, MIB / 16);
    served(DemoFile.of("game", 3 * MIB), "bin/game");
    listed(missing, "maps/desert.map");
    served(DemoFile.of("hostile", MIB), HOSTILE);
    slow(
        "speech.pak",
        "data/speech in a language with a rather long name, first part of two.pak",
        8,
        MIB / 16);
    served(DemoFile.of("forest.map", 2 * MIB), "maps/forest.map");
    for (int i = 1; i <= 8; i++) {
      slow("texture" + i, "textures/stone-" + i + ".dds", 2, MIB / 64);
    }
    Thread launcher = launch();

    await(
        "running",
        () ->
            count(DownloadState.COMPLETED) == 3
                && count(DownloadState.FAILED) == 1
                && file("data/music.pak").received() > MIB
                && count(DownloadState.QUEUED) > 0);
    assertThat(showing(JLabel.class, JLabel::getText))
        .contains("Updating 15 files", "3 of 15 files, 1 failed");
    assertThat(showing(JButton.class, JButton::getText))
        .containsExactly("Retry failed", "Pause", "Cancel");
    assertThat(onEventThread(this::hostileNameIsText)).isTrue();
    picture("running");

    press(KeyEvent.VK_ALT, KeyEvent.VK_P);
    await("paused", () -> count(DownloadState.PAUSED) == 11);
    assertThat(showing(JLabel.class, JLabel::getText)).contains("Paused");
    picture("paused");

    slow.forEach(origin::serve);
    press(KeyEvent.VK_ALT, KeyEvent.VK_R);
    await("all but one done", () -> count(DownloadState.COMPLETED) == 14);
    await("stopped", () -> showsButton("Close"));
    assertThat(showing(JLabel.class, JLabel::getText))
        .contains("1 file could not be updated", "14 of 15 files, 1 failed");
    assertThat(showing(JButton.class, JButton::getText)).containsExactly("Retry failed", "Close");
    assertThat(file("maps/desert.map").problem()).contains("404");
    assertThat(game.resolve("maps/desert.map")).doesNotExist();
    picture("failed");

    origin.serve(missing);
    click("retry");
    await("done", () -> count(DownloadState.COMPLETED) == 15);
    assertThat(showing(JLabel.class, JLabel::getText))
        .contains("Everything is up to date", "100%", "15 of 15 files");
    assertThat(showing(JButton.class, JButton::getText)).containsExactly("Close");
    picture("finished");

    press(KeyEvent.VK_SPACE);
    launcher.join(10_000);
    assertThat(launcher.isAlive()).isFalse();
    assertThat(filesOf(game)).hasSize(15);
    origin.close();

    // Nothing has to be fetched for what is there already, as the origin has gone.
    Thread again = launch();
    await("up to date", () -> count(DownloadState.COMPLETED) == 15);
    close();
    again.join(10_000);
    assertThat(again.isAlive()).isFalse();
  }

  private void cancel() throws Exception {
    slow("world.pak", "data/world.pak", 24, MIB / 16);
    slow("music.pak", "data/music.pak", 12, MIB / 16);
    Thread launcher = launch();

    await("running", () -> file("data/world.pak").received() > MIB);
    click("end");
    await("cancelled", () -> count(DownloadState.CANCELLED) == 2);
    assertThat(showing(JLabel.class, JLabel::getText)).contains("Update cancelled", "0 of 2 files");
    assertThat(showing(JButton.class, JButton::getText)).containsExactly("Start again", "Close");
    picture("cancelled");

    long kept = file("data/world.pak").received();
    click("retry");
    await("going on", () -> file("data/world.pak").received() >= kept);
    close();
    launcher.join(10_000);
    assertThat(launcher.isAlive()).isFalse();
    assertThat(game.resolve("data/world.pak")).doesNotExist();
    assertThat(game.resolve("data/world.pak.qsde-journal")).exists();
  }

  // ---- the files

  /** Lists a file that takes long now, and no time once it is served anew. */
  private void slow(String name, String target, int mib, long bytesPerSecond) {
    DemoFile file = DemoFile.of(name, mib * MIB);
    slow.add(file);
    served(file.paced(bytesPerSecond), target);
  }

  private void served(DemoFile file, String target) {
    origin.serve(file);
    listed(file, target);
  }

  private void listed(DemoFile file, String target) {
    lines.add(
        String.join(
            " ",
            file.sha256().hex(),
            "" + file.size(),
            origin.uri(file.name()).toString(),
            target));
  }

  private static List<Path> filesOf(Path directory) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  // ---- the window

  private Thread launch() throws Exception {
    Files.write(manifest, lines);
    Thread launcher =
        new Thread(
            () -> {
              try {
                Launcher.main(new String[] {manifest.toString(), game.toString()});
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    launcher.start();
    await("open", () -> window() != null);
    return launcher;
  }

  private static JFrame window() {
    return (JFrame)
        Stream.of(Window.getWindows())
            .filter(window -> window.isShowing() && "launcher".equals(window.getName()))
            .findFirst()
            .orElse(null);
  }

  private static <T extends Component> Stream<T> components(Class<T> type) {
    return below(window()).filter(type::isInstance).map(type::cast).filter(Component::isShowing);
  }

  private static Stream<Component> below(Container container) {
    return Stream.of(container.getComponents())
        .flatMap(
            component ->
                component instanceof Container inner
                    ? Stream.concat(Stream.of(inner), below(inner))
                    : Stream.of(component));
  }

  @SuppressWarnings("unchecked")
  private static JList<UpdateFile> list() {
    return components(JList.class).findFirst().orElseThrow();
  }

  private static List<UpdateFile> files() {
    return IntStream.range(0, list().getModel().getSize())
        .mapToObj(list().getModel()::getElementAt)
        .toList();
  }

  private static UpdateFile file(String name) {
    return files().stream().filter(file -> file.name().equals(name)).findFirst().orElseThrow();
  }

  private static long count(DownloadState state) {
    return files().stream().filter(file -> file.state() == state).count();
  }

  private static boolean showsButton(String text) {
    return components(JButton.class).anyMatch(button -> button.getText().equals(text));
  }

  private static <T extends Component> List<String> showing(Class<T> type, Function<T, String> text)
      throws Exception {
    return onEventThread(
        () ->
            components(type)
                .map(text)
                .filter(Objects::nonNull)
                .filter(Predicate.not(String::isEmpty))
                .toList());
  }

  private boolean hostileNameIsText() {
    JList<UpdateFile> list = list();
    Container row =
        (Container)
            list.getCellRenderer()
                .getListCellRendererComponent(list, file(HOSTILE), 0, false, false);
    return below(row)
        .filter(JLabel.class::isInstance)
        .map(JLabel.class::cast)
        .filter(label -> HOSTILE.equals(label.getText()))
        .allMatch(label -> label.getClientProperty(BasicHTML.propertyKey) == null);
  }

  // ---- the user

  private void press(int... keys) {
    for (int key : keys) {
      robot.keyPress(key);
    }
    for (int i = keys.length - 1; i >= 0; i--) {
      robot.keyRelease(keys[i]);
    }
  }

  private void click(String name) throws Exception {
    Point at =
        onEventThread(
            () -> {
              JButton button =
                  components(JButton.class)
                      .filter(shown -> name.equals(shown.getName()))
                      .findFirst()
                      .orElseThrow();
              Point corner = button.getLocationOnScreen();
              return new Point(corner.x + button.getWidth() / 2, corner.y + button.getHeight() / 2);
            });
    robot.mouseMove(at.x, at.y);
    robot.mousePress(InputEvent.BUTTON1_DOWN_MASK);
    robot.mouseRelease(InputEvent.BUTTON1_DOWN_MASK);
  }

  private static void close() throws Exception {
    onEventThread(
        () -> {
          JFrame window = window();
          window.dispatchEvent(new WindowEvent(window, WindowEvent.WINDOW_CLOSING));
          return null;
        });
  }

  private void picture(String name) throws Exception {
    robot.waitForIdle();
    List<Image> sizes =
        robot.createMultiResolutionScreenCapture(window().getBounds()).getResolutionVariants();
    BufferedImage largest = (BufferedImage) sizes.get(sizes.size() - 1);
    ImageIO.write(largest, "png", new File(pictures + "-" + name + ".png"));
  }

  // ---- waiting

  private static <T> T onEventThread(Callable<T> call) throws Exception {
    FutureTask<T> task = new FutureTask<>(call);
    SwingUtilities.invokeLater(task);
    return task.get(10, TimeUnit.SECONDS);
  }

  /** Waits for a condition, which is looked at on the event thread. */
  private static void await(String what, Callable<Boolean> condition) throws Exception {
    CompletableFuture<Void> held = new CompletableFuture<>();
    Timer timer = new Timer(20, null);
    timer.addActionListener(
        event -> {
          try {
            if (condition.call()) {
              held.complete(null);
            }
          } catch (Exception e) {
            held.completeExceptionally(e);
          }
        });
    timer.start();
    try {
      held.get(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(
          "not " + what + " within 30 s: " + onEventThread(Rehearsal::files), e);
    } finally {
      timer.stop();
    }
  }
}
