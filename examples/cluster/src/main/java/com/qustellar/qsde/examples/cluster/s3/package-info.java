/** Object stores that speak S3 as a place for targets. */
@NullMarked
package com.qustellar.qsde.examples.cluster.s3;

import org.jspecify.annotations.NullMarked;
