/** How fast bytes may come. */
@NullMarked
package com.qustellar.qsde.internal.rate;

import org.jspecify.annotations.NullMarked;
