/** What a download's counters mean to somebody who watches; not for users. */
@NullMarked
package com.qustellar.qsde.internal.progress;

import org.jspecify.annotations.NullMarked;
