/**
 * Torture, as curl has it: thousands of downloads from servers, under cancellations and on disks
 * whose faults a seed decides. {@code mvn verify} runs a sample, {@code .ci/torture} all of it, and
 * {@code .ci/torture SEED} one seed of each. Only the engine's public face is used here.
 */
package com.qustellar.qsde.reactor.torture;
