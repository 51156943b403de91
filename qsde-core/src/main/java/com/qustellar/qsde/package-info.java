/**
 * The vocabulary of QSDE: what a caller gives, what a caller gets, and how it can fail.
 *
 * @serial exclude
 */
@NullMarked
package com.qustellar.qsde;

import org.jspecify.annotations.NullMarked;
