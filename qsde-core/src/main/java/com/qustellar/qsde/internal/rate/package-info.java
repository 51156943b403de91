/** How fast bytes may come; not for users. */
@NullMarked
package com.qustellar.qsde.internal.rate;

import org.jspecify.annotations.NullMarked;
