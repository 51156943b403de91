/** Metalinks, read; here as the core stands on {@code java.base} alone. Not part of the API. */
@NullMarked
package com.qustellar.qsde.internal.metalink;

import org.jspecify.annotations.NullMarked;
