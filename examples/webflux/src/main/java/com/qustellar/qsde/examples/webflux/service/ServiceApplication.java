package com.qustellar.qsde.examples.webflux.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** The service, as {@code qsde serve} starts it. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ServiceApplication {

  /**
   * Starts the service.
   *
   * @param args properties: {@code --server.port=8081}
   */
  public static void main(String[] args) {
    application().run(args);
  }

  /** {@return the application, not yet started} */
  static SpringApplication application() {
    SpringApplication application = new SpringApplication(ServiceApplication.class);
    // Before the database makes its files in there.
    application.addInitializers(context -> makeDirectory(context.getEnvironment()));
    return application;
  }

  /**
   * Makes the directory, and tells the configuration its absolute path as {@code service.home}.
   * What a replay needs, whole URLs and perhaps headers, is for its owner only.
   */
  private static void makeDirectory(ConfigurableEnvironment environment) {
    Path directory =
        Path.of(environment.getRequiredProperty("service.directory")).toAbsolutePath().normalize();
    environment
        .getPropertySources()
        .addLast(new MapPropertySource("service", Map.of("service.home", directory.toString())));
    try {
      Files.createDirectories(directory);
      if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the directory of the service can't be made: " + directory, e);
    }
  }
}
