/** What the cluster's tests stand on. */
package com.qustellar.qsde.examples.cluster.testing;
