package com.qustellar.qsde.examples.cluster.queue;

import org.apache.kafka.clients.consumer.AcknowledgeType;

/** What becomes of a delivered record. */
public enum Verdict {
  /** It is done with. */
  ACCEPT(AcknowledgeType.ACCEPT),
  /** It is delivered again, here or elsewhere. */
  RELEASE(AcknowledgeType.RELEASE),
  /** It is given up. */
  REJECT(AcknowledgeType.REJECT);

  private final AcknowledgeType type;

  Verdict(AcknowledgeType type) {
    this.type = type;
  }

  AcknowledgeType type() {
    return type;
  }
}
