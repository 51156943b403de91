/** The origin on loopback that {@code qsde demo} downloads from. */
@NullMarked
package com.qustellar.qsde.examples.cli.demo;

import org.jspecify.annotations.NullMarked;
