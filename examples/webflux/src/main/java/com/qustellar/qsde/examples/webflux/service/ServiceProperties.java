package com.qustellar.qsde.examples.webflux.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * The settings of the service itself: {@code service.*}.
 *
 * @param directory where files and the database are; for its owner only
 * @param maxBytes the most bytes of one download, or of one relayed body
 * @param maxDownloads the most downloads in the list, finished ones too
 * @param token what writes and relays must carry as {@code Authorization: Bearer}; a must where the
 *     service can be reached from elsewhere
 * @param hosts more names under which the service is asked for: those of a reverse proxy, say
 * @param firstAnswer how long whoever adds a download waits at most for the first answer to it
 * @param progressInterval the time between two events of a stream
 * @param heartbeat how long a stream may be silent
 */
@ConfigurationProperties(prefix = "service", ignoreUnknownFields = false)
record ServiceProperties(
    @DefaultValue("qsde-service") Path directory,
    @DefaultValue("16GB") DataSize maxBytes,
    @DefaultValue("1000") int maxDownloads,
    @Nullable String token,
    @DefaultValue Set<String> hosts,
    @DefaultValue("1s") Duration firstAnswer,
    @DefaultValue("250ms") Duration progressInterval,
    @DefaultValue("15s") Duration heartbeat) {

  ServiceProperties {
    check(maxBytes.toBytes() > 0, "max-bytes", maxBytes, "a download has at least one byte");
    check(maxDownloads > 0, "max-downloads", maxDownloads, "the list holds at least one");
    check(token == null || token.length() >= 16, "token", "…", "16 characters are the least");
    check(!firstAnswer.isNegative(), "first-answer", firstAnswer, "no time is negative");
    check(
        progressInterval.toMillis() >= 50, "progress-interval", progressInterval, "50 ms or more");
    check(heartbeat.toMillis() >= 50, "heartbeat", heartbeat, "50 ms or more");
  }

  private static void check(boolean right, String name, Object value, String reason) {
    if (!right) {
      throw new InvalidConfigurationPropertyValueException("service." + name, value, reason);
    }
  }

  /** Where the files are, each download's in a folder of its own. */
  Path files() {
    return directory.resolve("files");
  }

  /** {@return the settings without the token} */
  @Override
  public String toString() {
    return "ServiceProperties[directory=" + directory + ", hosts=" + hosts + "]";
  }
}
