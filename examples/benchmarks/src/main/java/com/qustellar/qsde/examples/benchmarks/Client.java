package com.qustellar.qsde.examples.benchmarks;

/** A library that downloads, used the way its documentation shows. */
interface Client extends AutoCloseable {

  /** Returns when the file is whole under its target's name, and checked where the job asks. */
  void download(Job job) throws Exception;

  @Override
  void close();
}
