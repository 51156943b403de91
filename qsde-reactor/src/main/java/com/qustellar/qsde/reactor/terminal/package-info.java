/**
 * The terminal view of an engine: {@link
 * com.qustellar.qsde.reactor.terminal.TerminalProgress#attach} gives it to any program. It needs
 * {@code org.jline:jline}, an optional dependency; without it there are plain lines.
 */
@NullMarked
package com.qustellar.qsde.reactor.terminal;

import org.jspecify.annotations.NullMarked;
