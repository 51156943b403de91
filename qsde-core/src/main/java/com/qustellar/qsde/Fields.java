package com.qustellar.qsde;

import java.util.function.Consumer;

/**
 * The fields of an immutable object. They change only in a copy that nobody else has seen, before a
 * final field publishes it.
 *
 * @param <F> the class of the fields
 */
abstract class Fields<F extends Fields<F>> implements Cloneable {

  /** Returns a copy with a change. */
  @SuppressWarnings("unchecked") // a clone is of the same class
  final F with(Consumer<? super F> change) {
    F copy;
    try {
      copy = (F) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
    change.accept(copy);
    return copy;
  }
}
