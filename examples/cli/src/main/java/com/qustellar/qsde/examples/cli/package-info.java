/**
 * The {@code qsde} command, an example of a program around a download engine.
 *
 * <p>{@link com.qustellar.qsde.examples.cli.Qsde} is the entry; {@code GetCommand} shows how the
 * engine is used.
 */
@NullMarked
package com.qustellar.qsde.examples.cli;

import org.jspecify.annotations.NullMarked;
