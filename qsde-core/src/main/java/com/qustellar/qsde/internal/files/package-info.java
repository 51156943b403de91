/** Files of other tools that tell about downloads, read by pure functions; not for users. */
@NullMarked
package com.qustellar.qsde.internal.files;

import org.jspecify.annotations.NullMarked;
