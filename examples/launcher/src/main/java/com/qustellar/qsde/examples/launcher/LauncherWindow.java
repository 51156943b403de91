package com.qustellar.qsde.examples.launcher;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.examples.launcher.Update.Phase;
import java.awt.BorderLayout;
import java.awt.Dimension;
import java.awt.FlowLayout;
import java.awt.Font;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import javax.swing.BorderFactory;
import javax.swing.DefaultListModel;
import javax.swing.JButton;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JList;
import javax.swing.JPanel;
import javax.swing.JProgressBar;
import javax.swing.JScrollPane;
import javax.swing.JToolTip;
import javax.swing.ListSelectionModel;
import javax.swing.ScrollPaneConstants;
import javax.swing.WindowConstants;

/** The update screen. Used on the event thread. */
final class LauncherWindow {

  private static final int ROW_HEIGHT = 54;

  private final Update update;
  private final JFrame frame = new JFrame("Update");
  private final JLabel heading = Look.label(Look.font(Font.BOLD, 22), Look.ON_HEADER);
  private final JLabel percent = Look.label(Look.font(Font.BOLD, 22), Look.ON_HEADER);
  private final JProgressBar bar = Look.headerBar();
  private final JLabel bytes = Look.label(Look.font(Font.PLAIN, 13), Look.QUIET_ON_HEADER);
  private final JLabel speed = Look.label(Look.font(Font.PLAIN, 13), Look.QUIET_ON_HEADER);
  private final JLabel counts = Look.label(Look.font(Font.PLAIN, 13), Look.QUIET);
  private final JList<UpdateFile> list;
  private final JButton retry = Look.button("retry");
  private final JButton pause = Look.button("pause");
  private final JButton end = Look.button("end");

  private LauncherWindow(Update update) {
    this.update = update;
    DefaultListModel<UpdateFile> model = new DefaultListModel<>();
    model.addAll(update.files());
    list = listOf(model);
    frame.setName("launcher");
    frame.add(header(), BorderLayout.NORTH);
    frame.add(scrolled(list), BorderLayout.CENTER);
    frame.add(footer(), BorderLayout.SOUTH);
    retry.addActionListener(event -> update.retry());
    pause.addActionListener(event -> pauseOrResume());
    end.addActionListener(event -> cancelOrClose());
  }

  /**
   * Opens the window and starts the update.
   *
   * @param closed run when the window has been closed
   */
  static void open(Update update, Runnable closed) {
    LauncherWindow window = new LauncherWindow(update);
    window.frame.setDefaultCloseOperation(WindowConstants.DISPOSE_ON_CLOSE);
    window.frame.addWindowListener(
        new WindowAdapter() {
          @Override
          public void windowClosed(WindowEvent event) {
            closed.run();
          }
        });
    update.start(window::show);
    window.show();
    window.frame.setMinimumSize(new Dimension(460, 320));
    window.frame.setSize(640, 520);
    window.frame.setLocationRelativeTo(null);
    window.frame.setVisible(true);
    window.frame.getRootPane().getDefaultButton().requestFocusInWindow();
  }

  private JPanel header() {
    JPanel above = row(heading, percent);
    above.setBorder(BorderFactory.createEmptyBorder(0, 0, 12, 0));
    JPanel below = row(bytes, speed);
    below.setBorder(BorderFactory.createEmptyBorder(8, 0, 0, 0));
    bar.getAccessibleContext().setAccessibleName("The whole update");
    JPanel header = new JPanel(new BorderLayout());
    header.setUI(new Look.Header());
    header.setBorder(BorderFactory.createEmptyBorder(20, 18, 16, 18));
    header.add(above, BorderLayout.NORTH);
    header.add(bar, BorderLayout.CENTER);
    header.add(below, BorderLayout.SOUTH);
    return header;
  }

  private static JPanel row(JLabel left, JLabel right) {
    JPanel row = new JPanel(new BorderLayout(12, 0));
    row.setOpaque(false);
    row.add(left, BorderLayout.CENTER);
    row.add(right, BorderLayout.EAST);
    return row;
  }

  @SuppressWarnings("serial") // never written anywhere
  private static JList<UpdateFile> listOf(DefaultListModel<UpdateFile> model) {
    JList<UpdateFile> list =
        new JList<>(model) {
          @Override
          public JToolTip createToolTip() {
            JToolTip tip = super.createToolTip();
            Look.plain(tip);
            return tip;
          }
        };
    list.setName("files");
    list.getAccessibleContext().setAccessibleName("Files");
    list.setCellRenderer(new FileCell());
    list.setFixedCellHeight(ROW_HEIGHT);
    list.setFixedCellWidth(100); // as wide as the window: a long name is cut
    list.setSelectionMode(ListSelectionModel.SINGLE_SELECTION);
    list.setBackground(Look.PAPER);
    return list;
  }

  private static JScrollPane scrolled(JList<UpdateFile> list) {
    JScrollPane pane = new JScrollPane(list);
    pane.setBorder(null);
    pane.setHorizontalScrollBarPolicy(ScrollPaneConstants.HORIZONTAL_SCROLLBAR_NEVER);
    Look.ScrollBar.on(pane.getVerticalScrollBar());
    return pane;
  }

  private JPanel footer() {
    JPanel buttons = new JPanel(new FlowLayout(FlowLayout.TRAILING, 8, 0));
    buttons.setOpaque(false);
    buttons.add(retry);
    buttons.add(pause);
    buttons.add(end);
    JPanel footer = new JPanel(new BorderLayout(12, 0));
    footer.setBackground(Look.FOOT);
    footer.setBorder(
        BorderFactory.createCompoundBorder(
            BorderFactory.createMatteBorder(1, 0, 0, 0, Look.LINE),
            BorderFactory.createEmptyBorder(10, 18, 10, 10)));
    footer.add(counts, BorderLayout.CENTER);
    footer.add(buttons, BorderLayout.EAST);
    return footer;
  }

  private void pauseOrResume() {
    if (update.phase() == Phase.PAUSED) {
      update.resume();
    } else {
      update.pause();
    }
  }

  private void cancelOrClose() {
    switch (update.phase()) {
      case RUNNING, PAUSED -> update.cancel();
      case STOPPED, DONE -> frame.dispose();
    }
  }

  /** Shows how the update stands now. */
  private void show() {
    Phase phase = update.phase();
    long total = update.total();
    long received = update.received();
    double part = phase == Phase.DONE ? 1 : total == 0 ? 0 : (double) received / total;
    heading.setText(heading(phase));
    percent.setText((int) (100 * part) + "%");
    bar.setValue((int) (1000 * part));
    bytes.setText(Words.part(received, total));
    speed.setText(phase == Phase.RUNNING ? speed(total - received) : "");
    counts.setText(counts());
    showButtons(phase);
    list.repaint();
  }

  private String heading(Phase phase) {
    return switch (phase) {
      case RUNNING -> "Updating " + Words.files(update.files().size());
      case PAUSED -> "Paused";
      case STOPPED ->
          update.count(DownloadState.FAILED) == 0
              ? "Update cancelled"
              : Words.files(update.count(DownloadState.FAILED)) + " could not be updated";
      case DONE -> "Everything is up to date";
    };
  }

  private String speed(long left) {
    long bytesPerSecond = update.bytesPerSecond();
    return bytesPerSecond == 0
        ? ""
        : Words.size(bytesPerSecond) + "/s  ·  " + Words.left(left / bytesPerSecond);
  }

  private String counts() {
    long failed = update.count(DownloadState.FAILED);
    return update.count(DownloadState.COMPLETED)
        + " of "
        + Words.files(update.files().size())
        + (failed == 0 ? "" : ", " + failed + " failed");
  }

  private void showButtons(Phase phase) {
    boolean runs = phase == Phase.RUNNING || phase == Phase.PAUSED;
    boolean failed = update.count(DownloadState.FAILED) > 0;
    text(retry, failed ? "Retry failed" : "Start again", failed ? 'F' : 'S');
    text(pause, phase == Phase.PAUSED ? "Resume" : "Pause", phase == Phase.PAUSED ? 'R' : 'P');
    text(end, runs ? "Cancel" : "Close", 'C');
    JButton primary = runs ? pause : phase == Phase.STOPPED ? retry : end;
    boolean moved = frame.getRootPane().getDefaultButton() != primary;
    retry.setVisible(failed || phase == Phase.STOPPED);
    pause.setVisible(runs);
    for (JButton button : new JButton[] {retry, pause, end}) {
      Look.primary(button, button == primary);
    }
    if (moved) {
      if (phase == Phase.STOPPED) {
        showFirstFailure();
      }
      frame.getRootPane().setDefaultButton(primary);
      if (!list.isFocusOwner()) {
        primary.requestFocusInWindow();
      }
    }
  }

  private void showFirstFailure() {
    for (UpdateFile file : update.files()) {
      if (file.state() == DownloadState.FAILED) {
        list.ensureIndexIsVisible(update.files().indexOf(file));
        return;
      }
    }
  }

  /** Sets a button's text, and the key that presses it together with Alt. */
  private static void text(JButton button, String text, char key) {
    button.setText(text);
    button.setMnemonic(key);
  }
}
