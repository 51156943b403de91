/** One process that takes requests, downloads and tells what became of them. */
@NullMarked
package com.qustellar.qsde.examples.cluster.worker;

import org.jspecify.annotations.NullMarked;
