package com.qustellar.qsde.examples.launcher;

import java.awt.BasicStroke;
import java.awt.BorderLayout;
import java.awt.Color;
import java.awt.Component;
import java.awt.Font;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import javax.swing.BorderFactory;
import javax.swing.Icon;
import javax.swing.JLabel;
import javax.swing.JList;
import javax.swing.JPanel;
import javax.swing.JProgressBar;
import javax.swing.ListCellRenderer;
import javax.swing.border.Border;

/** Paints a file's row: a sign, its name, where it stands, and its bar or what went wrong. */
final class FileCell implements ListCellRenderer<UpdateFile> {

  private static final Border SPACE =
      BorderFactory.createCompoundBorder(
          BorderFactory.createMatteBorder(0, 0, 1, 0, Look.FOOT),
          BorderFactory.createEmptyBorder(8, 18, 8, 18));
  private static final Border FOCUS =
      BorderFactory.createCompoundBorder(
          BorderFactory.createLineBorder(Look.ACCENT),
          BorderFactory.createEmptyBorder(7, 17, 8, 17));

  private final JPanel row = new JPanel(new BorderLayout(12, 0));
  private final JLabel sign = new JLabel();
  private final JLabel name = Look.label(Look.font(Font.PLAIN, 13), Look.INK);
  private final JLabel status = Look.label(Look.font(Font.PLAIN, 12), Look.QUIET);
  private final JPanel below = new JPanel(new BorderLayout());
  private final JProgressBar bar = Look.rowBar();
  private final JLabel problem = Look.label(Look.font(Font.PLAIN, 12), Look.BAD);

  FileCell() {
    JPanel above = new JPanel(new BorderLayout(12, 0));
    above.setOpaque(false);
    above.add(name, BorderLayout.CENTER);
    above.add(status, BorderLayout.EAST);
    below.setOpaque(false);
    JPanel lines = new JPanel(new BorderLayout(0, 4));
    lines.setOpaque(false);
    lines.add(above, BorderLayout.CENTER);
    lines.add(below, BorderLayout.SOUTH);
    row.add(sign, BorderLayout.WEST);
    row.add(lines, BorderLayout.CENTER);
  }

  @Override
  public Component getListCellRendererComponent(
      JList<? extends UpdateFile> list,
      UpdateFile file,
      int index,
      boolean selected,
      boolean focused) {
    String wrong = file.problem();
    name.setText(file.name());
    status.setText(file.status());
    status.setForeground(color(file));
    sign.setIcon(new Sign(file));
    below.removeAll();
    if (wrong == null) {
      bar.setValue(file.size() == 0 ? 0 : (int) (1000.0 * file.received() / file.size()));
      bar.setForeground(barColor(file));
      below.add(bar, BorderLayout.SOUTH);
    } else {
      problem.setText(wrong);
      problem.setForeground(color(file));
      below.add(problem, BorderLayout.SOUTH);
    }
    row.setBackground(selected ? Look.SELECTED : Look.PAPER);
    row.setBorder(focused ? FOCUS : SPACE);
    row.setToolTipText(wrong == null ? file.name() : file.name() + ": " + wrong);
    row.getAccessibleContext().setAccessibleName(file.toString());
    return row;
  }

  private static Color color(UpdateFile file) {
    return switch (file.state()) {
      case COMPLETED -> Look.GOOD;
      case FAILED -> Look.BAD;
      case WAITING -> Look.CARE;
      default -> Look.QUIET;
    };
  }

  private static Color barColor(UpdateFile file) {
    return switch (file.state()) {
      case COMPLETED -> Look.DONE;
      case QUEUED, PAUSED, CANCELLED -> Look.RESTING;
      default -> Look.ACCENT;
    };
  }

  /** A disc that tells by its filling and its mark, not by its color alone. */
  private record Sign(UpdateFile file) implements Icon {

    private static final int SIZE = 18;

    @Override
    public int getIconWidth() {
      return SIZE;
    }

    @Override
    public int getIconHeight() {
      return SIZE;
    }

    @Override
    public void paintIcon(Component component, Graphics graphics, int x, int y) {
      Graphics2D painter = Look.smooth(graphics);
      painter.translate(x, y);
      switch (file.state()) {
        case COMPLETED -> {
          disc(painter, Look.GOOD);
          mark(painter, 5, 9.5, 8, 12.5, 13, 6);
        }
        case FAILED -> {
          disc(painter, Look.BAD);
          mark(painter, 6, 6, 12, 12);
          mark(painter, 12, 6, 6, 12);
        }
        case PAUSED -> {
          disc(painter, Look.QUIET);
          mark(painter, 7, 6, 7, 12);
          mark(painter, 11, 6, 11, 12);
        }
        case CANCELLED -> {
          disc(painter, Look.QUIET);
          mark(painter, 5.5, 9, 12.5, 9);
        }
        case QUEUED -> ring(painter, Look.RESTING);
        case WAITING -> ring(painter, Look.CARE);
        default -> {
          ring(painter, Look.ACCENT);
          painter.fill(new Ellipse2D.Double(5.5, 5.5, 7, 7));
        }
      }
      painter.dispose();
    }

    private static void disc(Graphics2D painter, Color color) {
      painter.setColor(color);
      painter.fill(new Ellipse2D.Double(0.5, 0.5, SIZE - 1, SIZE - 1));
    }

    private static void ring(Graphics2D painter, Color color) {
      painter.setColor(color);
      painter.setStroke(new BasicStroke(2));
      painter.draw(new Ellipse2D.Double(1.5, 1.5, SIZE - 3, SIZE - 3));
    }

    private static void mark(Graphics2D painter, double... points) {
      Path2D line = new Path2D.Double();
      line.moveTo(points[0], points[1]);
      for (int i = 2; i < points.length; i += 2) {
        line.lineTo(points[i], points[i + 1]);
      }
      painter.setColor(Color.WHITE);
      painter.setStroke(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      painter.draw(line);
    }
  }
}
