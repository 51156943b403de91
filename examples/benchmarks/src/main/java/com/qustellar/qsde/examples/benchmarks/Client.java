package com.qustellar.qsde.examples.benchmarks;

/** A library that downloads, used the way its documentation shows. */
interface Client extends AutoCloseable {

  /** Returns when the file is whole under its target's name, and checked where the job asks. */
  void download(Job job) throws Exception;

  /** Returns when every file of the job's folder is whole under its name. */
  void downloadAll(Job folder) throws Exception;

  @Override
  void close();
}
