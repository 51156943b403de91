/** Which bytes are here, which are missing, and who fetches them next; not for users. */
@NullMarked
package com.qustellar.qsde.internal.plan;

import org.jspecify.annotations.NullMarked;
