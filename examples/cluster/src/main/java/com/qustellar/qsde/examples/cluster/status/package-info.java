/** Shows what a queue and its workers do. */
@NullMarked
package com.qustellar.qsde.examples.cluster.status;

import org.jspecify.annotations.NullMarked;
