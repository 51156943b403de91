package com.qustellar.qsde.examples.webflux.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** The service, as {@code qsde serve} starts it. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ServiceApplication {

  private static final String HELP =
      """
      Usage: qsde serve [--PROPERTY=VALUE]...
      Downloads as a service, with a page at / and an API that /openapi describes.
        --server.address, --server.port   Where it listens: 127.0.0.1, 8080.
        --service.directory               Where files and list are: qsde-service.
        --service.token                   What writes must carry; none on loopback.
        --service.hosts                   More names that it is asked for under.
        --service.max-bytes               The most bytes of a download: 16GB.
        --service.max-downloads           The most downloads in the list: 1000.
        --qsde.limits.*, --qsde.network.*, --qsde.retry.*
                                          How it downloads; README.md has them all.
        --spring.profiles.active=demo     With an origin on loopback to download from.
        -h, --help                        Show this and do nothing else.
      """;

  /**
   * Starts the service.
   *
   * @param args properties: {@code --server.port=8081}
   */
  public static void main(String[] args) {
    if (asksForHelp(args)) {
      System.out.print(HELP);
    } else {
      application().run(args);
    }
  }

  private static boolean asksForHelp(String... args) {
    return Stream.of(args).anyMatch(arg -> arg.equals("-h") || arg.equals("--help"));
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
    environment.getPropertySources().addLast(new Home(directory.toString()));
    try {
      Files.createDirectories(directory);
      if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
    } catch (IOException e) {
      throw new DirectoryException(directory, e);
    }
  }

  /** Knows one property, and lists none: it is no setting, which would be refused as unknown. */
  private static final class Home extends PropertySource<String> {

    Home(String directory) {
      super("service.home", directory);
    }

    @Override
    public @Nullable Object getProperty(String asked) {
      return asked.equals(name) ? source : null;
    }
  }
}
