package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One file over loopback, as fast as everybody can.
 *
 * @param bytes its length
 * @param connections over how many, for those that can
 * @param digests without a SHA-256, with one, or both
 * @param nginx whether nginx serves it, and not the embedded origin
 * @param tls whether over TLS, which only nginx does
 */
record OneFile(
    long bytes, List<Integer> connections, List<Boolean> digests, boolean nginx, boolean tls)
    implements Scenario {

  @Override
  public Set<String> participants() {
    return Set.of();
  }

  @Override
  public Served serve(Workspace workspace, Cleanup cleanup)
      throws IOException, InterruptedException {
    String sha256 = workspace.fill(bytes);
    Path folder = workspace.folder();
    if (tls) {
      Certificate certificate = Certificate.create(folder);
      Origin origin =
          cleanup.add(
              Origin.nginx(workspace.payload(), folder, Origin.Protocol.HTTPS, certificate));
      return new Served(
          Size.format(bytes) + " over loopback from " + origin.description(),
          List.of(Payload.file(origin.uri(), bytes, sha256)),
          certificate);
    }
    Origin origin =
        cleanup.add(
            nginx
                ? Origin.nginx(workspace.payload(), folder)
                : Origin.embedded(workspace.payload(), folder, RangeServer.Pace.NONE));
    return new Served(
        Size.format(bytes) + " over loopback from " + origin.description(),
        List.of(Payload.file(origin.uri(), bytes, sha256)));
  }

  @Override
  public List<Runner.Case> cases(Entrant entrant, Payload payload) {
    return Runner.cases(entrant, payload, connections, digests);
  }

  /** The compiler is at the JDK's TLS for some 30 GiB. */
  @Override
  public int warmup() {
    return tls ? 40 : 20;
  }

  @Override
  public Report report(List<Result> results) {
    return new OneFileReport(results, bytes);
  }

  @Override
  public String remark() {
    return "SHA-256: QSDE and aria2c are given the digest to check; WebClient, the JDK's client and"
        + " OkHttp hash what passes and compare; curl is followed by sha256sum, counted in.\n";
  }
}
