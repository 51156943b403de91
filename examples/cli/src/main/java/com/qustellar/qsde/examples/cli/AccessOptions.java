package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is sent along with requests, to their own origins only. */
final class AccessOptions {

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      converter = Header.Converter.class,
      description = "A header field to send to the URL's origin; may be repeated.")
  List<Header> headers = new ArrayList<>();

  /** Adds what the options say. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare;
    for (Header header : headers) {
      request = request.withHeader(header.name(), header.value());
    }
    return request;
  }
}
