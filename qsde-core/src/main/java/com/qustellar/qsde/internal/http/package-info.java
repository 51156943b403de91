/** The rules of HTTP that QSDE follows, as pure functions; not for users. */
@NullMarked
package com.qustellar.qsde.internal.http;

import org.jspecify.annotations.NullMarked;
