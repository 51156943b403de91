package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;

/**
 * Downloads that leave no trace when they fail; what others keep is {@link ResumeTest}'s matter.
 */
abstract class TracelessTestBase extends EngineTestBase {

  @Override
  DownloadRequest request(String path) {
    return super.request(path).withResume(false);
  }
}
