/** What of a file an earlier run left, and whether it can be gone on with; not for users. */
@NullMarked
package com.qustellar.qsde.internal.journal;

import org.jspecify.annotations.NullMarked;
