package com.qustellar.qsde.examples.cluster.testing;

import com.adobe.testing.s3mock.S3MockApplication;
import com.adobe.testing.s3mock.s3.model.BucketMetadata;
import com.adobe.testing.s3mock.s3.store.BucketStore;
import com.adobe.testing.s3mock.s3.store.MultipartStore;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** A bucket of its own for a test, in a store that all tests of this JVM share. */
public final class TestStore implements AutoCloseable {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String bucket = "bucket-" + COUNT.incrementAndGet();
  private final S3AsyncClient client = Shared.CLIENT;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String step = "";
  private volatile Fault fault = TestStore::none;

  /** What the store does in place of what it should. */
  @FunctionalInterface
  public interface Fault {
    void apply(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException;
  }

  /** The store, started when first asked for. */
  private static final class Shared {
    private static final Map<String, TestStore> BUCKETS = new ConcurrentHashMap<>();
    static final int PORT = start();

    /** Never closed: the last client would wait two seconds for the SDK's event loops. */
    static final S3AsyncClient CLIENT = newClient();

    private static int start() {
      SpringApplication application = new SpringApplication(S3MockApplication.class, Scripts.class);
      application.setDefaultProperties(
          Map.of("server.port", "0", "http.port", "0", "logging.level.root", "ERROR"));
      application.setBannerMode(Banner.Mode.OFF);
      return application.run().getEnvironment().getRequiredProperty("local.server.port", int.class);
    }
  }

  /** Puts the faults of a bucket before the store. */
  @Lazy(false)
  static class Scripts {
    @Bean
    Filter faults(BucketStore buckets, MultipartStore uploads) {
      return (request, response, chain) -> {
        HttpServletRequest asked = (HttpServletRequest) request;
        TestStore store = Shared.BUCKETS.get(bucket(asked));
        Fault fault = store == null ? TestStore::none : store.hear(describe(asked));
        boolean aborts = asked.getMethod().equals("DELETE") && asked.getQueryString() != null;
        FilterChain honest = aborts ? abort(buckets, uploads) : chain;
        fault.apply(asked, (HttpServletResponse) response, honest);
      };
    }

    /** S3Mock would forget the object of that name together with the upload; no store does. */
    private static FilterChain abort(BucketStore buckets, MultipartStore uploads) {
      return (request, response) -> {
        BucketMetadata bucket = buckets.getBucketMetadata(bucket((HttpServletRequest) request));
        UUID id = UUID.fromString(request.getParameter("uploadId"));
        boolean there = uploads.getMultipartUploadInfo(bucket, id) != null;
        if (there) {
          uploads.abortMultipartUpload(bucket, id);
        }
        ((HttpServletResponse) response).setStatus(there ? 204 : 404);
      };
    }

    private static String bucket(HttpServletRequest request) {
      return request.getRequestURI().split("/", 3)[1];
    }

    private static String describe(HttpServletRequest request) {
      String query = request.getQueryString() == null ? "" : request.getQueryString();
      return request.getMethod() + " " + query.replaceAll("uploadId=[^&]*", "uploadId");
    }
  }

  /** Makes a bucket. */
  public TestStore() {
    client.createBucket(create -> create.bucket(bucket)).join();
    Shared.BUCKETS.put(bucket, this);
  }

  /** Returns another client of the store. */
  public static S3AsyncClient newClient() {
    return S3AsyncClient.builder()
        .endpointOverride(endpoint())
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
        .build();
  }

  /** Returns where the store is. */
  public static URI endpoint() {
    return URI.create("http://127.0.0.1:" + Shared.PORT);
  }

  public String bucket() {
    return bucket;
  }

  public S3AsyncClient client() {
    return client;
  }

  /** Lets something go wrong with the requests whose description holds these words. */
  public void on(String words, Fault wrong) {
    step = words;
    fault = wrong;
  }

  /** Lets nothing go wrong from now on. */
  public void heal() {
    fault = TestStore::none;
  }

  /** Answers with a status in place of the store. */
  public static Fault status(int status) {
    return (request, response, chain) -> response.setStatus(status);
  }

  /** Answers with one of S3's errors in place of the store. */
  public static Fault error(int status, String code) {
    return (request, response, chain) -> {
      response.setStatus(status);
      response.setContentType("application/xml");
      response.getWriter().write("<Error><Code>" + code + "</Code></Error>");
    };
  }

  /** Passes a request on once the latch is open. */
  public static Fault hold(CountDownLatch latch) {
    return (request, response, chain) -> {
      try {
        if (!latch.await(20, TimeUnit.SECONDS)) {
          throw new AssertionError("held for too long");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      chain.doFilter(request, response);
    };
  }

  /** Does it only the first time. */
  public static Fault once(Fault fault) {
    AtomicBoolean done = new AtomicBoolean();
    return (request, response, chain) ->
        (done.compareAndSet(false, true) ? fault : (Fault) TestStore::none)
            .apply(request, response, chain);
  }

  /** Lets the store do what is asked, and answers with an error. */
  public static Fault loseAnswer() {
    return (request, response, chain) -> {
      chain.doFilter(request, response);
      response.reset();
      response.setStatus(500);
    };
  }

  private static void none(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(request, response);
  }

  private Fault hear(String request) {
    Fault chosen = request.contains(step) ? fault : TestStore::none;
    requests.add(request);
    return chosen;
  }

  /** Returns the requests for this bucket: their method and query, without the ids of uploads. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Returns how many of the requests begin so. */
  public long requests(String start) {
    return requests.stream().filter(request -> request.startsWith(start)).count();
  }

  /** Returns an object's bytes. */
  public byte[] bytes(String key) {
    return client
        .getObject(get -> get.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
        .join()
        .asByteArrayUnsafe();
  }

  /** Returns what is known of an object, if it is there. */
  public Optional<HeadObjectResponse> head(String key) {
    return client
        .headObject(head -> head.bucket(bucket).key(key))
        .handle(
            (found, e) -> {
              if (e != null && !(e.getCause() instanceof NoSuchKeyException)) {
                throw new AssertionError(e);
              }
              return Optional.ofNullable(found);
            })
        .join();
  }

  /** Returns the uploads that have begun and not ended. */
  public List<MultipartUpload> uploads() {
    return client.listMultipartUploads(list -> list.bucket(bucket)).join().uploads();
  }

  @Override
  public void close() {
    heal();
    Shared.BUCKETS.remove(bucket);
  }
}
