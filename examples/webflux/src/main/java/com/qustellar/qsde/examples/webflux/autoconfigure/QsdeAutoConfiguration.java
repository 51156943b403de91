package com.qustellar.qsde.examples.webflux.autoconfigure;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadMetrics;
import com.qustellar.qsde.reactor.MicrometerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Makes a {@link DownloadEngine} from {@link QsdeProperties} unless there is one, and closes it
 * with the context, after the web server.
 *
 * <p>A bean that is a {@link RetryPolicy}, an {@link AddressPolicy} or {@link DownloadMetrics} goes
 * before the properties. Where there is a {@code MeterRegistry}, the engine records in it.
 */
@AutoConfiguration(
    afterName =
        "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(DownloadEngine.class)
@EnableConfigurationProperties(QsdeProperties.class)
public class QsdeAutoConfiguration {

  @Bean(destroyMethod = "") // the lifecycle below closes it without blocking
  @ConditionalOnMissingBean
  DownloadEngine downloadEngine(
      QsdeProperties properties,
      ObjectProvider<AddressPolicy> addresses,
      ObjectProvider<RetryPolicy> retries,
      ObjectProvider<DownloadMetrics> metrics) {
    NetworkSettings network = properties.toNetworkSettings();
    AddressPolicy policy = addresses.getIfAvailable();
    DownloadEngine.Builder builder =
        DownloadEngine.builder()
            .limits(properties.toLimits())
            .network(policy == null ? network : network.withAddressPolicy(policy))
            .nameServers(properties.toNameServers())
            .retryPolicy(retries.getIfAvailable(properties::toRetryPolicy))
            .metrics(metrics.getIfAvailable(DownloadMetrics::none));
    try {
      builder.progressInterval(properties.progressInterval());
    } catch (IllegalArgumentException refused) {
      throw new InvalidConfigurationPropertyValueException(
          "qsde.progress-interval",
          properties.progressInterval(),
          String.valueOf(refused.getMessage()),
          refused);
    }
    return builder.build();
  }

  @Bean
  @ConditionalOnMissingBean
  EngineLifecycle downloadEngineLifecycle(DownloadEngine engine, QsdeProperties properties) {
    return new EngineLifecycle(engine, properties.shutdownGrace());
  }

  /** Metrics, where Micrometer is used. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({MeterRegistry.class, ObservationRegistry.class})
  @ConditionalOnBean(MeterRegistry.class)
  static class Metrics {

    @Bean
    @ConditionalOnMissingBean
    DownloadMetrics downloadMetrics(
        MeterRegistry meters, ObjectProvider<ObservationRegistry> observations) {
      return MicrometerMetrics.of(
          meters, observations.getIfAvailable(() -> ObservationRegistry.NOOP));
    }
  }
}
