package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.Progress;

/**
 * A download as it is to be shown.
 *
 * @param name what it is called
 * @param numbers the snapshot that the numbers are taken from: it is renewed now and then only, as
 *     nobody can read numbers that change with every frame
 * @param newest the newest snapshot, which the bar is drawn from
 */
record Row(String name, Progress numbers, Progress newest) {}
