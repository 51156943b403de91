package com.qustellar.qsde.examples.cluster.worker;

import com.qustellar.qsde.examples.cluster.queue.Topics;
import java.time.Duration;
import java.util.Map;

/**
 * What a worker is made with.
 *
 * @param name what results call it
 * @param clients what every client of Kafka is made with
 * @param brokers where Kafka is, for messages
 * @param topics those of the queue
 * @param members how many consumers it has
 * @param each how many requests each of them takes at once
 * @param grace how long what runs may go on once it is told to stop
 */
public record Settings(
    String name,
    Map<String, Object> clients,
    String brokers,
    Topics topics,
    int members,
    int each,
    Duration grace) {}
