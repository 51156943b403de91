/** QSDE and its rivals, downloading the same file side by side. */
@NullMarked
package com.qustellar.qsde.examples.benchmarks;

import org.jspecify.annotations.NullMarked;
