/** Flat JSON for files of one object a line; not for users. */
@NullMarked
package com.qustellar.qsde.internal.json;

import org.jspecify.annotations.NullMarked;
