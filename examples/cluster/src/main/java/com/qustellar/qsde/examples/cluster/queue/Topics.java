package com.qustellar.qsde.examples.cluster.queue;

/**
 * The topics of one queue, and its share group, all named after it.
 *
 * @param name of the topic of requests, and of the group
 */
public record Topics(String name) {

  /** {@return the topic of requests} */
  public String jobs() {
    return name;
  }

  /** {@return the topic of what became of them} */
  public String results() {
    return name + "-results";
  }

  /** {@return the topic of requests that were given up, each with its cause in the headers} */
  public String dead() {
    return name + "-dead";
  }

  /** {@return the topic on which workers say how they are} */
  public String workers() {
    return name + "-workers";
  }

  /** {@return the share group} */
  public String group() {
    return name;
  }
}
