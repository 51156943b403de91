package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.springframework.context.ConfigurableApplicationContext;

/** The page as people use it, in Chromium; one browser runs for all tests. */
class PageTest extends TestService {

  private static final Body BODY = Body.random(1, 300_000);
  private static final String HOSTILE = "<img src=x onerror=\"document.body.dataset.hostile=1\">";

  /** It warns of a browser that is newer than itself, for a protocol that nothing here uses. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private static ChromeDriver browser;

  @BeforeAll
  static void openBrowser() {
    File chromium = program("chromium");
    File driver = program("chromedriver");
    assumeTrue(chromium != null && driver != null, "chromium or chromedriver is not installed");
    SELENIUM.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium);
    // In a container there is no sandbox, and little shared memory.
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(driver).build(), options);
  }

  private static File program(String name) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> new File(folder, name))
        .filter(File::canExecute)
        .findFirst()
        .orElse(null);
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) {
      browser.quit();
    }
  }

  @BeforeEach
  void openPage() {
    open(port);
  }

  private static void open(int port) {
    browser.get("http://127.0.0.1:" + port + "/");
    awaitText("#connection", "Live");
  }

  @AfterEach
  void nothingHasRunThatIsNotThePages() {
    assertThat(browser.executeScript("return document.body.dataset.hostile")).isNull();
    assertThat(browser.findElements(By.cssSelector("#list img"))).isEmpty();
    assertThat(browser.manage().logs().get("browser").getAll())
        .noneMatch(entry -> entry.getMessage().contains("Content Security Policy"));
  }

  // ---- what people do

  private static WebElement find(String selector) {
    return browser.findElement(By.cssSelector(selector));
  }

  /** What it shows, or holds for screen readers alone. */
  private static String text(String selector) {
    List<WebElement> found = browser.findElements(By.cssSelector(selector));
    try {
      return found.isEmpty() ? "" : found.get(0).getDomProperty("textContent");
    } catch (StaleElementReferenceException gone) {
      return "";
    }
  }

  private static void awaitText(String selector, String expected) {
    await(() -> text(selector).contains(expected));
  }

  private static void awaitState(String expected) {
    awaitText("#list .state", expected);
  }

  private static double bar() {
    return Double.parseDouble(find("#list progress").getDomProperty("position"));
  }

  private void add(String path, String name) {
    find("#url").sendKeys(origin.uri(path).toString());
    find("#filename").sendKeys(name, Keys.ENTER);
  }

  /** Presses a key where the keyboard is. */
  private static void press(CharSequence key) {
    browser.switchTo().activeElement().sendKeys(key);
  }

  private static String focused() {
    return browser.switchTo().activeElement().getText();
  }

  // ---- the tests

  @Test
  void aFileIsAddedWatchedOpenedAndDeleted() {
    CountDownLatch rest = new CountDownLatch(1);
    origin.serve("/file.bin", BODY);
    origin.on("/file.bin").answer(reply -> reply.stallAfter(100_000, rest));

    find("#checksum").sendKeys("sha256:" + BODY.sha256());
    add("/file.bin", "mine.bin");
    await(() -> !text("#list .name").isEmpty() && bar() > 0.3);
    assertThat(bar()).isLessThan(0.4);
    assertThat(find("#list progress").getAccessibleName()).isEqualTo("Progress of mine.bin");
    assertThat(find("#list progress").getAriaRole()).isEqualTo("progressbar");
    rest.countDown();

    awaitState("Completed");
    assertThat(bar()).isEqualTo(1);
    assertThat(text("#outcome")).isEqualTo("mine.bin: Completed");
    String link = find("#list .open").getDomAttribute("href");
    assertThat(get(link).isStatus(200).bytes()).isEqualTo(BODY.bytes());

    find("#list .end").click();
    assertThat(text("#confirm-name")).isEqualTo("mine.bin");
    find("#confirm .danger").click();
    await(() -> find("#empty").isDisplayed());
    assertThat(all()).isEmpty();
  }

  @Test
  void aDownloadIsPausedResumedCancelledAndRetriedByKeyboard() {
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));

    add("/slow.bin", "slow.bin");
    awaitState("Downloading");
    await(() -> text("#speed").matches("[0-9.]+ [KM]iB/s"));
    find("#list .act").sendKeys(Keys.ENTER);
    awaitState("Paused");
    assertThat(focused()).isEqualTo("Resume");
    press(Keys.ENTER);
    awaitState("Downloading");
    press(Keys.TAB);
    assertThat(focused()).isEqualTo("Cancel");
    press(Keys.ENTER);
    awaitState("Cancelled");
    press(Keys.chord(Keys.SHIFT, Keys.TAB));
    assertThat(focused()).isEqualTo("Retry");
    press(Keys.ENTER);
    awaitState("Downloading");
  }

  @Test
  void whatIsPressedBeforeTheLastAnswerHasComeIsDoneAfterIt() {
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));
    holdAnswer("request?.method === 'DELETE'");

    add("/slow.bin", "slow.bin");
    awaitState("Downloading");
    find("#list .end").click();
    awaitState("Cancelled");
    find("#list .end").click(); // as in a double click: that would remove it
    find("#list .act").click();
    browser.executeScript("answer()");
    awaitState("Downloading");
  }

  @Test
  void whatIsOfferedBeforeTheLastAnswerHasComeIsDoneAfterIt() {
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));
    holdAnswer("path.endsWith('/pause')");

    add("/slow.bin", "slow.bin");
    awaitState("Downloading");
    find("#list .act").click();
    awaitState("Paused");
    assertThat(text("#list .act")).isEqualTo("Resume");
    find("#list .act").click();
    browser.executeScript("answer()");
    awaitState("Downloading");
  }

  @Test
  void whoGoesOnBeforeTheAnswerHasComeStaysThere() {
    origin.serve("/file.bin", BODY);
    holdAnswer("path === '/downloads'");

    add("/file.bin", "");
    awaitState("Completed");
    browser.executeScript("document.querySelector('summary').focus(); answer()");
    await(() -> find("#url").getDomProperty("value").isEmpty());
    assertThat(focused()).isEqualTo("Limits");
  }

  /** Keeps the answers to some requests from the page until it is told {@code answer()}. */
  private static void holdAnswer(String condition) {
    browser.executeScript(
        """
        const send = window.fetch;
        const held = new Promise((answer) => (window.answer = answer));
        window.fetch = async (path, request) => {
          const response = await send(path, request);
          if (%s) await held;
          return response;
        };
        """
            .formatted(condition));
  }

  @Test
  void aFailureSaysWhyAndIsRetried() {
    origin.serve("/file.bin", BODY);
    origin.on("/file.bin").request(1).answer(Reply.status(403));

    add("/file.bin", "");
    awaitState("Failed");
    assertThat(text("#list .problem")).contains("403");
    assertThat(text("#outcome")).startsWith("file.bin: Failed").contains("403");
    find("#list .act").click();
    awaitState("Completed");
    assertThat(text("#list .problem")).isEmpty();
  }

  @Test
  void pressedTwiceItIsAddedOnce() {
    CountDownLatch rest = new CountDownLatch(1);
    origin.serve("/file.bin", BODY);
    origin.on("/file.bin").answer(reply -> reply.stallAfter(0, rest));

    find("#url").sendKeys(origin.uri("/file.bin").toString(), Keys.ENTER, Keys.ENTER);
    await(() -> find("#url").getDomProperty("value").isEmpty());

    assertThat(all()).hasSize(1);
    rest.countDown();
    awaitState("Completed");
  }

  @Test
  void hostileNamesAndMessagesAreShownAsText() {
    origin.on("/gone").answer(Reply.status(404));

    find("#url").sendKeys("ftp://x/" + HOSTILE, Keys.ENTER);
    await(() -> !text("#add-problem").isEmpty());
    assertThat(text("#add-problem")).contains("<img src=x");
    find("#url").clear();

    add("/gone", HOSTILE);
    awaitState("Failed");
    assertThat(text("#list .name")).isEqualTo(HOSTILE);
    find("#list .end").click();
    await(() -> find("#empty").isDisplayed());
  }

  @Test
  void theLimitsAreChangedWhileItRuns() {
    find("summary").click();
    await(() -> "8".equals(find("#maxConcurrentDownloads").getDomProperty("value")));
    find("#maxConcurrentDownloads").sendKeys(Keys.BACK_SPACE, "3");
    find("#speedLimit").sendKeys("1.5", Keys.ENTER);

    awaitText("#limits-outcome", "Applied");
    assertThat(engine.limits().maxConcurrentDownloads()).isEqualTo(3);
    assertThat(engine.limits().bytesPerSecond()).isEqualTo(1536);

    find("#configured").click();
    awaitText("#limits-outcome", "configuration");
    assertThat(engine.limits()).isEqualTo(Limits.defaults());
    assertThat(find("#maxConcurrentDownloads").getDomProperty("value")).isEqualTo("8");
    assertThat(find("#speedLimit").getDomProperty("value")).isEmpty();
  }

  @Test
  void itFitsAPhone() {
    origin.on("/gone").answer(Reply.status(404));
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 360, "height", 740, "deviceScaleFactor", 1, "mobile", true));
    try {
      add("/gone", "a-name-without-any-space-".repeat(8));
      awaitState("Failed");
      find("summary").click();
      assertThat(browser.executeScript("return document.documentElement.scrollWidth"))
          .isEqualTo(360L);
    } finally {
      browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }
  }

  @Test
  void theTokenIsAskedForOnceAndARestartIsGotOver(@TempDir Path directory) {
    String[] settings = {"--service.token=0123456789abcdef", "--qsde.network.addresses=any"};
    origin.serve("/file.bin", BODY);
    int samePort;
    try (ConfigurableApplicationContext first = start(directory, settings)) {
      samePort = port(first);
      open(samePort);
      add("/file.bin", "first.bin");
      await(() -> find("#token-value").isDisplayed());
      find("#token-value").sendKeys("0123456789abcdef", Keys.ENTER);
      awaitState("Completed");
    }
    awaitText("#connection", "Reconnecting");

    String port = "--server.port=" + samePort;
    try (ConfigurableApplicationContext second = start(directory, settings[0], settings[1], port)) {
      assertThat(port(second)).isEqualTo(samePort);
      awaitText("#connection", "Live");
      add("/file.bin", "second.bin");
      awaitText("#list .name", "second.bin");
      awaitState("Completed");
      assertThat(second.getBean(Downloads.class).views())
          .hasSize(2)
          .allMatch(view -> view.state() == COMPLETED);
    }
  }

  @Test
  void aKillIsGotOverAndThePageGoesOn(@TempDir Path directory) throws Exception {
    Body body = Body.random(4, 48L << 20);
    origin.serve("/large.bin", body);
    AtomicInteger pace = new AtomicInteger(1 << 20);
    origin.on("/large.bin").answer(reply -> reply.pacedAt(pace.get()));
    String any = "--qsde.network.addresses=any";
    int samePort;
    double kept;
    try (ServiceProcess process = ServiceProcess.start(directory, any)) {
      samePort = process.port();
      open(samePort);
      add("/large.bin", "");
      awaitState("Downloading");
      await(() -> bar() > 0.1);
      kept = bar();
      process.awaitJournal("files/" + onlyFolder(directory) + "/large.bin.qsde-journal");
    }
    awaitText("#connection", "Reconnecting");
    int before = origin.requests().size();

    pace.set(64 << 10); // so slow that all that is shown at first was there before
    String port = "--server.port=" + samePort;
    try (ConfigurableApplicationContext again = start(directory, any, port)) {
      assertThat(port(again)).isEqualTo(samePort);
      awaitText("#connection", "Live");
      awaitState("Downloading");
      await(() -> bar() >= kept);
      assertThat(
              origin.requests().stream()
                  .skip(before)
                  .mapToLong(RecordedRequest::bodyBytesSent)
                  .sum())
          .isLessThan(4 << 20);
      find("#list .end").click();
      awaitState("Cancelled");
    }
  }

  private static String onlyFolder(Path directory) {
    String[] folders = directory.resolve("files").toFile().list();
    assertThat(folders).hasSize(1);
    return folders[0];
  }
}
