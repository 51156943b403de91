package com.qustellar.qsde.examples.cluster.s3;

import com.qustellar.qsde.examples.cluster.queue.Sizes;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** Which objects a worker may write, and where the store is. */
public final class S3Options {

  /** Each download has its parts in flight. */
  private static final int CONNECTIONS = 512;

  private static final Duration ACQUIRE = Duration.ofSeconds(60);

  @Option(
      names = "--allow",
      paramLabel = "s3://BUCKET[/PREFIX]",
      converter = AllowedConverter.class,
      description =
          "Objects that targets may name; may be given several times. Without it there are none. "
              + "Credentials and region are found as by every tool of AWS.")
  List<Allowed> allowed = new ArrayList<>();

  @Option(
      names = "--s3-endpoint",
      paramLabel = "URI",
      description = "Another store than that of AWS.")
  @Nullable URI endpoint;

  @Option(
      names = "--s3-part-size",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description =
          "The parts in which objects are sent, 5M at least, and 8M by default; of each download up "
              + "to 4 are in memory. They grow where an object would have more than 10,000 of them.")
  long partSize = PartSizes.DEFAULT;

  /**
   * {@return the objects as a place for targets, empty where none are allowed}
   *
   * @param engine what downloads
   * @throws IllegalArgumentException if the options can't be used; the message says why
   */
  public Optional<ObjectTarget> target(DownloadEngine engine) {
    if (partSize < PartSizes.SHORTEST || partSize > PartSizes.LONGEST) {
      throw new IllegalArgumentException("--s3-part-size is 5M at least, and 1G at most");
    }
    return allowed.isEmpty()
        ? Optional.empty()
        : Optional.of(new ObjectTarget(client(), engine, allowed, partSize));
  }

  private S3AsyncClient client() {
    S3AsyncClientBuilder builder =
        S3AsyncClient.builder()
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .maxConcurrency(CONNECTIONS)
                    .connectionAcquisitionTimeout(ACQUIRE));
    if (endpoint != null) {
      // Few other stores have names for their buckets, and most don't care for the region.
      builder.endpointOverride(endpoint).forcePathStyle(true).region(regionOr(Region.US_EAST_1));
    }
    return builder.build();
  }

  private static Region regionOr(Region other) {
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) {
      return other;
    }
  }

  static final class AllowedConverter implements ITypeConverter<Allowed> {
    @Override
    public Allowed convert(String text) {
      try {
        return Allowed.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
