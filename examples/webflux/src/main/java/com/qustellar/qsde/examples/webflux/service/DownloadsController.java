package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadState;
import io.swagger.v3.oas.annotations.Operation;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The list of downloads over HTTP. Who would not take the answer in JSON is refused before anything
 * is done.
 */
@RestController
final class DownloadsController {

  private static final String JSON = MediaType.APPLICATION_JSON_VALUE;
  private static final int LARGEST_PAGE = 200;

  /**
   * A part of the list.
   *
   * @param items the downloads, the newest first
   * @param page the number of this page, from 0
   * @param size how many downloads a page has at most
   * @param total how many there are on all pages
   */
  record Page(List<DownloadView> items, int page, int size, long total) {}

  private final Downloads downloads;
  private final Changes changes;

  DownloadsController(Downloads downloads, Changes changes) {
    this.downloads = downloads;
    this.changes = changes;
  }

  @Operation(
      summary = "Adds a download and starts it",
      description =
          "Waits for the server's first answer, a second at most unless it is set up otherwise."
              + " A 403 says that an address is forbidden, be it that of the URL, of its name or of"
              + " a redirect; nothing is added then. Found out later, that is the download's"
              + " failure, and the answer of /file.")
  @PostMapping(path = "/downloads", consumes = JSON, produces = JSON)
  Mono<ResponseEntity<DownloadView>> add(@RequestBody NewDownload wanted) {
    return downloads
        .add(wanted)
        .map(
            view ->
                ResponseEntity.accepted()
                    .location(URI.create("/downloads/" + view.id()))
                    .body(view));
  }

  @Operation(summary = "Lists downloads, the newest first")
  @GetMapping("/downloads")
  Page list(
      @RequestParam(defaultValue = "0") int page,
      @RequestParam(defaultValue = "50") int size,
      @RequestParam(required = false) @Nullable Set<DownloadState> state) {
    if (page < 0 || size < 1 || size > LARGEST_PAGE) {
      throw ServiceProblem.invalid("a page is 0 or more, its size 1 to " + LARGEST_PAGE);
    }
    List<DownloadView> chosen =
        downloads.views().stream()
            .filter(view -> state == null || state.isEmpty() || state.contains(view.state()))
            .toList();
    List<DownloadView> items = chosen.stream().skip((long) page * size).limit(size).toList();
    return new Page(items, page, size, chosen.size());
  }

  @Operation(summary = "Shows a download")
  @GetMapping("/downloads/{id}")
  DownloadView one(@PathVariable String id) {
    return downloads.find(id).view();
  }

  @Operation(
      summary = "Follows a download to its end: events of its view",
      description =
          "The last event has an id. Who comes back with it as Last-Event-ID is told 204, which"
              + " makes an EventSource stop, unless the download was started again.")
  @GetMapping(path = "/downloads/{id}/progress", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  ResponseEntity<Flux<ServerSentEvent<String>>> progress(
      @PathVariable String id,
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last) {
    Entry entry = downloads.find(id);
    return last != null && last.equals(Changes.endOf(entry.view()))
        ? ResponseEntity.noContent().build()
        : ResponseEntity.ok(changes.of(entry));
  }

  @Operation(summary = "Follows the list: {reset, downloads}, the whole at first")
  @GetMapping(path = "/progress", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<ServerSentEvent<String>> progress() {
    return changes.all();
  }

  @Operation(summary = "Pauses a download")
  @PostMapping(path = "/downloads/{id}/pause", produces = JSON)
  Mono<DownloadView> pause(@PathVariable String id) {
    return downloads.pause(id);
  }

  @Operation(summary = "Resumes a download that is paused")
  @PostMapping(path = "/downloads/{id}/resume", produces = JSON)
  Mono<DownloadView> resume(@PathVariable String id) {
    return downloads.resume(id);
  }

  @Operation(summary = "Starts a download again that has failed or was cancelled")
  @PostMapping(path = "/downloads/{id}/retry", produces = JSON)
  Mono<DownloadView> retry(@PathVariable String id) {
    return downloads.retry(id);
  }

  @DeleteMapping("/downloads/{id}")
  @Operation(
      summary = "Cancels an unfinished download, or takes a finished one and its file off the list")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  Mono<Void> delete(@PathVariable String id) {
    return downloads.delete(id);
  }
}
