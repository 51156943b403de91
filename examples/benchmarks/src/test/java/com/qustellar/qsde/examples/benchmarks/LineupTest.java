package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineupTest {

  private static final Job PLAIN =
      new Job(URI.create("http://127.0.0.1:1/f"), Path.of("/tmp/out.bin"), 0, 4, null);
  private static final Job CHECKED = new Job(PLAIN.uri(), PLAIN.target(), 0, 4, "ab12");
  private static final Payload FILE = Payload.file(PLAIN.uri(), 1, "ab12");

  @Test
  void theQsdeCommandIsToldConnectionsChecksumAndTarget() {
    assertThat(Lineup.qsde(Path.of("/q/qsde"), CHECKED))
        .startsWith("/q/qsde", "get")
        .containsSequence("--connections", "4")
        .containsSequence("--checksum", "sha256:ab12")
        .containsSequence("--output", "/tmp/out.bin", "http://127.0.0.1:1/f");
    assertThat(Lineup.qsde(Path.of("/q/qsde"), PLAIN)).doesNotContain("--checksum");
  }

  @Test
  void aria2IsToldConnectionsChecksumAndTarget() {
    assertThat(Lineup.aria2(CHECKED))
        .containsSequence("-x", "4", "-s", "4")
        .contains("--checksum=sha-256=ab12")
        .containsSequence("-d", "/tmp", "-o", "out.bin", "http://127.0.0.1:1/f");
    assertThat(Lineup.aria2(PLAIN)).noneMatch(word -> word.startsWith("--checksum"));
  }

  @Test
  void qsdeDecidesItselfWhereItIsNotToldHowManyConnections() {
    Job job = new Job(PLAIN.uri(), PLAIN.target(), 0, Limits.AUTO, null);

    assertThat(Lineup.qsde(Path.of("/q/qsde"), job)).doesNotContain("--connections");
    assertThat(Runner.cases(qsde(), FILE, List.of(4, Limits.AUTO), List.of(false)))
        .extracting(Runner.Case::connections)
        .containsExactly(4, Limits.AUTO);
    assertThat(Runner.cases(entrant(16, true), FILE, List.of(4, Limits.AUTO), List.of(false)))
        .extracting(Runner.Case::connections)
        .containsExactly(4);
  }

  @Test
  void rivalsOfQsdeTakeAsManyConnectionsAsTheyCan() {
    List<Integer> connections = List.of(1, 4, 16, Limits.AUTO);

    assertThat(Runner.casesOfQsde(qsde(), FILE, connections)).hasSize(4);
    assertThat(Runner.casesOfQsde(entrant(16, true), FILE, connections))
        .extracting(Runner.Case::connections)
        .containsExactly(16);
    assertThat(Runner.casesOfQsde(entrant(Integer.MAX_VALUE, true), FILE, connections))
        .extracting(Runner.Case::connections)
        .containsExactly(Limits.AUTO);
  }

  @Test
  void commandsAreToldAllFilesAtOnceAndHowManyAtATime() {
    Job folder = new Job(URI.create("http://127.0.0.1:1/d/"), Path.of("/tmp/out"), 30, 16, null);

    assertThat(Lineup.curlOfMany(folder))
        .containsSequence("--parallel", "--parallel-max", "16")
        .endsWith("-o", "/tmp/out/f#1", "http://127.0.0.1:1/d/f[0-29]");
    assertThat(Lineup.aria2OfMany(folder))
        .containsSequence("-j", "16")
        .endsWith("-d", "/tmp/out", "http://127.0.0.1:1/d/f[0-29]");
    assertThat(Lineup.wget2OfMany(folder))
        .endsWith("16", "/tmp/out", "http://127.0.0.1:1/d/", "29");
  }

  @Test
  void curlIsFollowedBySha256sumOnlyWhereADigestIsToBeChecked() {
    assertThat(Lineup.curl(PLAIN)).startsWith("curl").doesNotContain("ab12");
    assertThat(Lineup.curl(CHECKED)).startsWith("bash").endsWith("ab12");
  }

  @Test
  void entrantsAreTriedWithTheConnectionsTheyCanUse() {
    Entrant segmented = entrant(16, true);
    Entrant single = entrant(1, true);

    assertThat(Runner.cases(segmented, FILE, List.of(1, 16, 32), List.of(false)))
        .extracting(Runner.Case::connections)
        .containsExactly(1, 16);
    assertThat(Runner.cases(single, FILE, List.of(4, 16), List.of(false)))
        .extracting(Runner.Case::connections)
        .containsExactly(1);
  }

  @Test
  void whoCannotCheckIsNotAskedTo() {
    assertThat(Runner.cases(entrant(1, false), FILE, List.of(1), List.of(false, true)))
        .extracting(Runner.Case::sha256)
        .containsExactly(false);
    assertThat(Runner.cases(entrant(1, true), FILE, List.of(1), List.of(false, true)))
        .extracting(Runner.Case::sha256)
        .containsExactly(false, true);
  }

  @Test
  void onlyTheChosenTakePart() {
    Lineup lineup = new Lineup(Set.of("jdk", "qsde-get"), Path.of("/tmp"));

    assertThat(lineup.fresh()).extracting(Entrant::title).containsExactly(Library.JDK.title());
    assertThat(lineup.commands(Path.of("/q/qsde")))
        .extracting(Entrant::title)
        .containsExactly(Lineup.QSDE_GET);
    assertThat(lineup.commands(null)).isEmpty();
  }

  @Test
  void whatIsNoRivalTakesPartOnlyByItsName() {
    String title = Library.QSDE_NO_RESUME.title();
    Path logs = Path.of("/tmp");

    assertThat(new Lineup(Set.of(), logs).fresh())
        .extracting(Entrant::title)
        .contains(Library.QSDE.title(), Library.OKHTTP.title())
        .doesNotContain(title);
    assertThat(new Lineup(Set.of("qsde-no-resume"), logs).fresh())
        .extracting(Entrant::title)
        .containsExactly(title);
  }

  private static Entrant qsde() {
    return new FreshProcess(
        Lineup.QSDE, Kind.WARM, Integer.MAX_VALUE, true, Path.of("log"), job -> List.of());
  }

  private static Entrant entrant(int maxConnections, boolean checksSha256) {
    return new FreshProcess(
        "x", Kind.COMMAND, maxConnections, checksSha256, Path.of("log"), job -> List.of());
  }
}
