/** The origin on loopback that the examples download from where there is no network. */
@NullMarked
package com.qustellar.qsde.examples.demo;

import org.jspecify.annotations.NullMarked;
