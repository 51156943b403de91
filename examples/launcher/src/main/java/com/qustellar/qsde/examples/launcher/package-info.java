/**
 * A launcher's update screen: a window that downloads what a manifest lists, and knows nothing of
 * Reactor but {@code subscribe}.
 *
 * <p>{@link com.qustellar.qsde.examples.launcher.Update} is where it meets the engine.
 */
@NullMarked
package com.qustellar.qsde.examples.launcher;

import org.jspecify.annotations.NullMarked;
