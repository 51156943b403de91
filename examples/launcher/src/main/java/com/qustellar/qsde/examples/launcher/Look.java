package com.qustellar.qsde.examples.launcher;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.geom.Area;
import java.awt.geom.RoundRectangle2D;
import javax.swing.AbstractButton;
import javax.swing.BorderFactory;
import javax.swing.JButton;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JProgressBar;
import javax.swing.JScrollBar;
import javax.swing.plaf.basic.BasicButtonUI;
import javax.swing.plaf.basic.BasicPanelUI;
import javax.swing.plaf.basic.BasicProgressBarUI;
import javax.swing.plaf.basic.BasicScrollBarUI;

/** Colors, type, and how buttons, bars and the header are painted. */
final class Look {

  static final Color PAPER = Color.WHITE;
  static final Color FOOT = new Color(0xF4F6FA);
  static final Color LINE = new Color(0xDFE4EC);
  static final Color INK = new Color(0x1B2333);
  static final Color QUIET = new Color(0x5B6478);
  static final Color ACCENT = new Color(0x2563EB);
  static final Color GOOD = new Color(0x15803D);
  static final Color DONE = new Color(0x8FCBA3);
  static final Color BAD = new Color(0xB91C1C);
  static final Color CARE = new Color(0x92600A);
  static final Color RESTING = new Color(0xB4BECE);
  static final Color SELECTED = new Color(0xEAF1FE);
  static final Color ON_HEADER = Color.WHITE;
  static final Color QUIET_ON_HEADER = new Color(0xC3CFE6);
  static final Color BAR_ON_HEADER = new Color(0x5EC8F8);

  private static final Color HEADER_TOP = new Color(0x16203A);
  private static final Color HEADER_BOTTOM = new Color(0x2C4272);
  private static final Color TRACK_ON_HEADER = new Color(255, 255, 255, 48);

  /** The property by which a button is the one to press, if any. */
  private static final String PRIMARY = "launcher.primary";

  private Look() {}

  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  /** Returns a label that shows its text as it is, even one that looks like HTML. */
  static JLabel label(Font font, Color color) {
    JLabel label = new JLabel();
    plain(label);
    label.setFont(font);
    label.setForeground(color);
    return label;
  }

  /** Lets a component show its text as it is, even one that looks like HTML. */
  static void plain(JComponent component) {
    component.putClientProperty("html.disable", true);
  }

  static JButton button(String name) {
    JButton button = new JButton();
    button.setName(name);
    button.setUI(new FlatButton());
    button.setOpaque(false);
    button.setRolloverEnabled(true);
    button.setFont(font(Font.BOLD, 13));
    button.setBorder(BorderFactory.createEmptyBorder(8, 18, 8, 18));
    return button;
  }

  static void primary(JButton button, boolean primary) {
    button.putClientProperty(PRIMARY, primary);
    button.setForeground(primary ? Color.WHITE : INK);
  }

  static JProgressBar headerBar() {
    JProgressBar bar = new JProgressBar(0, 1000);
    bar.setUI(new Bar(TRACK_ON_HEADER));
    bar.setForeground(BAR_ON_HEADER);
    bar.setBorder(null);
    bar.setOpaque(false);
    bar.setPreferredSize(new Dimension(100, 8));
    return bar;
  }

  static JProgressBar rowBar() {
    JProgressBar bar = new JProgressBar(0, 1000);
    bar.setUI(new Bar(LINE));
    bar.setForeground(ACCENT);
    bar.setBorder(null);
    bar.setOpaque(false);
    bar.setPreferredSize(new Dimension(100, 4));
    return bar;
  }

  /** Returns a painter that smooths what it paints. */
  static Graphics2D smooth(Graphics graphics) {
    Graphics2D smooth = (Graphics2D) graphics.create();
    smooth.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    smooth.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return smooth;
  }

  /** The header's panel: from dark to less dark. */
  static final class Header extends BasicPanelUI {
    @Override
    public void paint(Graphics graphics, JComponent panel) {
      Graphics2D painter = smooth(graphics);
      int height = panel.getHeight();
      painter.setPaint(new GradientPaint(0, 0, HEADER_TOP, 0, height, HEADER_BOTTOM));
      painter.fillRect(0, 0, panel.getWidth(), height);
      painter.dispose();
    }
  }

  private static final class FlatButton extends BasicButtonUI {
    @Override
    public void paint(Graphics graphics, JComponent component) {
      AbstractButton button = (AbstractButton) component;
      boolean primary = Boolean.TRUE.equals(button.getClientProperty(PRIMARY));
      Color fill = primary ? ACCENT : PAPER;
      if (button.getModel().isArmed() || button.getModel().isRollover()) {
        fill = primary ? ACCENT.darker() : LINE;
      }
      Graphics2D painter = smooth(graphics);
      double width = button.getWidth();
      double height = button.getHeight();
      painter.setColor(fill);
      painter.fill(new RoundRectangle2D.Double(2, 2, width - 4, height - 4, 10, 10));
      if (!primary) {
        painter.setColor(LINE);
        painter.draw(new RoundRectangle2D.Double(2.5, 2.5, width - 5, height - 5, 10, 10));
      }
      painter.dispose();
      super.paint(graphics, component);
    }

    @Override
    protected void paintButtonPressed(Graphics graphics, AbstractButton button) {}

    @Override
    protected void paintFocus(
        Graphics graphics, AbstractButton button, Rectangle view, Rectangle text, Rectangle icon) {
      Graphics2D painter = smooth(graphics);
      painter.setColor(ACCENT);
      painter.setStroke(new BasicStroke(1.5f));
      painter.draw(
          new RoundRectangle2D.Double(
              0.75, 0.75, button.getWidth() - 1.5, button.getHeight() - 1.5, 12, 12));
      painter.dispose();
    }
  }

  private static final class Bar extends BasicProgressBarUI {
    private final Color track;

    Bar(Color track) {
      this.track = track;
    }

    @Override
    protected void paintDeterminate(Graphics graphics, JComponent bar) {
      Graphics2D painter = smooth(graphics);
      double width = bar.getWidth();
      double height = bar.getHeight();
      Area whole = new Area(new RoundRectangle2D.Double(0, 0, width, height, height, height));
      painter.setColor(track);
      painter.fill(whole);
      double part = progressBar.getPercentComplete() * width;
      // Both ends are round, and its start never leaves the track's.
      whole.intersect(
          new Area(new RoundRectangle2D.Double(-height, 0, part + height, height, height, height)));
      painter.setColor(bar.getForeground());
      painter.fill(whole);
      painter.dispose();
    }
  }

  /** A scroll bar that is only its thumb. */
  static final class ScrollBar extends BasicScrollBarUI {
    @Override
    protected void paintTrack(Graphics graphics, JComponent bar, Rectangle bounds) {
      graphics.setColor(PAPER);
      graphics.fillRect(bounds.x, bounds.y, bounds.width, bounds.height);
    }

    @Override
    protected void paintThumb(Graphics graphics, JComponent bar, Rectangle bounds) {
      Graphics2D painter = smooth(graphics);
      painter.setColor(RESTING);
      double width = bounds.width - 4;
      painter.fill(
          new RoundRectangle2D.Double(
              bounds.x + 2, bounds.y + 2, width, bounds.height - 4, width, width));
      painter.dispose();
    }

    @Override
    protected JButton createDecreaseButton(int orientation) {
      return none();
    }

    @Override
    protected JButton createIncreaseButton(int orientation) {
      return none();
    }

    private static JButton none() {
      JButton none = new JButton();
      none.setPreferredSize(new Dimension());
      return none;
    }

    static void on(JScrollBar bar) {
      bar.setUI(new ScrollBar());
      bar.setPreferredSize(new Dimension(10, 10));
      bar.setUnitIncrement(24);
    }
  }
}
