/** What goes over the topics: requests, results and rejections, and the rules that need no I/O. */
@NullMarked
package com.qustellar.qsde.examples.cluster.job;

import org.jspecify.annotations.NullMarked;
