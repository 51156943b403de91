package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Many small files over loopback, several at once.
 *
 * @param files how many
 * @param bytesEach the length of each
 * @param atOnce how many at once
 * @param protocols how they are served, each in turn
 */
record ManyFiles(int files, long bytesEach, int atOnce, List<Origin.Protocol> protocols)
    implements Scenario {

  private static final String HTTP_2 = "HTTP/2";

  @Override
  public Set<String> participants() {
    return Set.of();
  }

  @Override
  public long bytes() {
    return files * bytesEach;
  }

  @Override
  public Served serve(Workspace workspace, Cleanup cleanup)
      throws IOException, InterruptedException {
    String sha256 = workspace.fill(files, bytesEach);
    Path folder = workspace.folder();
    boolean plain = protocols.equals(List.of(Origin.Protocol.HTTP));
    Certificate certificate = plain ? null : Certificate.create(folder);
    List<Payload> payloads = new ArrayList<>();
    String described = "";
    for (Origin.Protocol protocol : protocols) {
      Origin origin =
          cleanup.add(
              certificate == null
                  ? Origin.nginx(workspace.payload(), folder)
                  : Origin.nginx(workspace.payload(), folder, protocol, certificate));
      String way = protocol == Origin.Protocol.HTTP2 ? HTTP_2 : "HTTP/1.1";
      payloads.add(
          new Payload(protocols.size() == 1 ? "" : way, origin.uri(), files, bytes(), sha256));
      described = origin.description();
    }
    return new Served(
        String.format(
            Locale.ROOT,
            "%,d files of %s over loopback from %s",
            files,
            Size.format(bytesEach),
            described),
        payloads,
        certificate);
  }

  @Override
  public List<Entrant> commands(Lineup lineup, @Nullable Path qsde) {
    return lineup.commandsForMany();
  }

  @Override
  public List<Runner.Case> cases(Entrant entrant, Payload payload) {
    return payload.way().equals(HTTP_2) && !Lineup.speaksHttp2(entrant.title())
        ? List.of()
        : List.of(new Runner.Case(entrant, payload, atOnce, false));
  }

  @Override
  public int warmup() {
    return 20;
  }

  @Override
  public Report report(List<Result> results) {
    return new ManyFilesReport(results, files, bytes());
  }
}
