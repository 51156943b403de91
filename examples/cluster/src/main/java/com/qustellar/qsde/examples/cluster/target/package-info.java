/** Where a worker puts what it has fetched. */
@NullMarked
package com.qustellar.qsde.examples.cluster.target;

import org.jspecify.annotations.NullMarked;
