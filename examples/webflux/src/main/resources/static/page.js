// The page of the service. All that servers and people have named goes in as text, never as markup.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const STATES = {
  QUEUED: 'Queued',
  CONNECTING: 'Connecting',
  DOWNLOADING: 'Downloading',
  WAITING: 'Waiting to retry',
  PAUSED: 'Paused',
  VERIFYING: 'Verifying',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};
const ENDED = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);
const SHOWN_MILLIS = 60_000;
const SAMPLE_MILLIS = 500;
const REOPEN_MILLIS = 3_000;

const $ = (id) => document.getElementById(id);

// ---- words

function bytes(count) {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

function duration(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function nameOf(view) {
  return view.fileName ?? (view.url.replace(/[?#].*$/, '').split('/').slice(3).pop() || view.url);
}

function factsOf(view) {
  const total = view.totalBytes;
  if (view.state === 'COMPLETED') return bytes(view.bytesReceived);
  const facts = [];
  if (total != null) facts.push(`${bytes(view.bytesReceived)} of ${bytes(total)}`);
  else if (view.bytesReceived > 0) facts.push(bytes(view.bytesReceived));
  if (view.state === 'DOWNLOADING') {
    facts.push(`${bytes(view.bytesPerSecond)}/s`);
    if (view.etaSeconds != null) facts.push(`${duration(view.etaSeconds)} left`);
    if (view.activeSegments > 1) facts.push(`${view.activeSegments} connections`);
  }
  if (view.retries > 0) facts.push(view.retries === 1 ? '1 retry' : `${view.retries} retries`);
  return facts.join(' · ');
}

/** Changes only what differs: screen readers and selections stay undisturbed. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---- requests

/** Sends a request; a refusal throws the problem's own words. */
async function send(method, path, body) {
  for (;;) {
    const headers = {'X-Requested-With': 'page'};
    const token = sessionStorage.getItem('token');
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers['Content-Type'] = 'application/json';
    let response;
    try {
      response = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
    } catch {
      throw new Error('The service does not answer.');
    }
    if (response.status === 401 && (await askToken(token))) continue;
    const text = await response.text();
    if (response.ok) return text && JSON.parse(text);
    throw new Error(problemIn(text) ?? `The service answered ${response.status}.`);
  }
}

function problemIn(text) {
  try {
    const problem = JSON.parse(text);
    return problem.detail ?? problem.title;
  } catch {
    return undefined;
  }
}

/** Shows a dialog, and returns whether it was agreed to. */
function agreed(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'go'), {once: true});
    dialog.showModal();
  });
}

let asking;

/** One question for however many requests that wait for its answer. */
function askToken(refused) {
  say($('token-title'), refused ? 'That token was refused' : 'This service asks for its token');
  asking ??= agreed($('token')).then((given) => {
    asking = undefined;
    if (given) sessionStorage.setItem('token', $('token-value').value);
    $('token-value').value = '';
    return given;
  });
  return asking;
}

// ---- the list

const rows = new Map();

class Row {
  constructor(id) {
    this.id = id;
    this.element = $('row').content.firstElementChild.cloneNode(true);
    for (const part of ['name', 'state', 'url', 'facts', 'open', 'act', 'end', 'note', 'problem']) {
      this[part] = this.element.querySelector(`.${part}`);
    }
    this.bar = this.element.querySelector('progress');
    this.open.href = this.path('/file');
    this.pressed = new Set();
    this.done = Promise.resolve();
    this.act.addEventListener('click', () => {
      const {verb} = this;
      this.run(verb, () => send('POST', this.path(`/${verb}`)));
    });
    this.end.addEventListener('click', () => this.run('end', () => this.finish()));
  }

  path(rest = '') {
    return `/downloads/${encodeURIComponent(this.id)}${rest}`;
  }

  show(view) {
    const ended = ENDED.has(view.state);
    const completed = view.state === 'COMPLETED';
    const name = nameOf(view);
    this.view = view;
    this.element.dataset.state = view.state;
    say(this.name, name);
    say(this.url, view.url);
    this.url.title = view.url;
    say(this.state, STATES[view.state] ?? view.state);
    say(this.facts, factsOf(view));
    say(this.note, (view.state === 'WAITING' && view.lastError) || '');
    say(this.problem, this.refusal ?? view.failure?.detail ?? '');

    this.bar.setAttribute('aria-label', `Progress of ${name}`);
    if (completed) this.bar.value = 1;
    else if (view.totalBytes > 0) this.bar.value = view.bytesReceived / view.totalBytes;
    else if (ended || view.state === 'QUEUED' || view.state === 'PAUSED') this.bar.value = 0;
    else this.bar.removeAttribute('value');

    this.verb = view.state === 'PAUSED' ? 'resume' : ended ? 'retry' : 'pause';
    this.label(this.act, {pause: 'Pause', resume: 'Resume', retry: 'Retry'}[this.verb], name);
    this.label(this.end, completed ? 'Delete' : ended ? 'Remove' : 'Cancel', name);
    this.label(this.open, 'Open file', name);
    this.open.hidden = !completed;
    if (completed && document.activeElement === this.act) this.open.focus();
    this.act.hidden = completed;
  }

  label(button, text, name) {
    say(button, text);
    button.setAttribute('aria-label', `${text}: ${name}`);
  }

  async finish() {
    if (this.view.state === 'COMPLETED') {
      say($('confirm-name'), nameOf(this.view));
      if (!(await agreed($('confirm')))) return;
    }
    await send('DELETE', this.path());
  }

  /** Does one thing after the other; what is asked for twice meanwhile is done once. */
  run(what, action) {
    if (this.pressed.has(what)) return;
    this.pressed.add(what);
    this.done = this.done.then(async () => {
      this.refusal = undefined;
      try {
        await action();
      } catch (refused) {
        this.refusal = refused.message;
        announce(refused.message);
      } finally {
        this.pressed.delete(what);
        this.show(this.view);
      }
    });
  }

  /** Whoever stood in it by keyboard goes on at its neighbour. */
  remove() {
    if (this.element.contains(document.activeElement)) {
      const next = this.element.nextElementSibling ?? this.element.previousElementSibling;
      (next?.querySelector('.end') ?? $('list-title')).focus();
    }
    this.element.remove();
    rows.delete(this.id);
  }
}

function announce(text) {
  $('outcome').textContent = text;
}

/** Takes what the stream tells: the whole list, or what has changed in it; the newest first. */
function take({reset, downloads}, silent) {
  if (reset) {
    const there = new Set(downloads.map((view) => view.id));
    for (const row of [...rows.values()]) if (!there.has(row.id)) row.remove();
  }
  const outcomes = [];
  let place = $('list').firstElementChild;
  for (const view of downloads) {
    let row = rows.get(view.id);
    const before = row?.view.state;
    if (!row) {
      row = new Row(view.id);
      rows.set(view.id, row);
      $('list').insertBefore(row.element, place);
    } else if (row.element === place) {
      place = place.nextElementSibling;
    }
    if (before !== view.state) {
      row.refusal = undefined;
      if (ENDED.has(view.state)) {
        const why = view.failure ? `: ${view.failure.detail}` : '';
        outcomes.push(`${nameOf(view)}: ${STATES[view.state]}${why}`);
      }
    }
    row.show(view);
  }
  $('empty').hidden = rows.size > 0;
  if (outcomes.length > 0 && !silent) announce(outcomes.join('. '));
}

// ---- the stream

let connected = false;

function connection(state, text) {
  connected = state === 'live';
  document.body.className = state;
  say($('connection'), text);
}

function follow() {
  let first = rows.size === 0;
  const events = new EventSource('/progress');
  events.addEventListener('open', () => {
    connection('live', 'Live');
    loadLimits();
  });
  events.addEventListener('message', (event) => {
    take(JSON.parse(event.data), first);
    first = false;
  });
  events.addEventListener('error', () => {
    connection('lost', 'Reconnecting…');
    // It tries again by itself where nobody answered, but not after an answer that is no stream.
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, REOPEN_MILLIS);
  });
}

// ---- the plot

const samples = [];

function sample() {
  const now = Date.now();
  let total = 0;
  let running = 0;
  for (const {view} of rows.values()) {
    if (view.state !== 'DOWNLOADING') continue;
    total += view.bytesPerSecond;
    running++;
  }
  samples.push({at: now, speed: connected ? total : 0});
  while (samples[0].at < now - SHOWN_MILLIS) samples.shift();
  const peak = Math.max(...samples.map(({speed}) => speed));
  say($('speed'), connected ? `${bytes(total)}/s` : '–');
  say($('peak'), peak > 0 ? `${bytes(peak)}/s at most in a minute` : '');
  document.title = running > 0 ? `(${running}) QSDE` : 'QSDE';
  draw(now, peak);
}

function draw(now, peak) {
  const {width, height} = $('plot').viewBox.baseVal;
  const x = (at) => (width * (1 - (now - at) / SHOWN_MILLIS)).toFixed(1);
  const y = (speed) => (height - (height - 3) * (peak > 0 ? speed / peak : 0)).toFixed(1);
  const line = samples.map(({at, speed}) => `${x(at)} ${y(speed)}`).join('L');
  $('plot').querySelector('.line').setAttribute('d', `M${line}`);
  $('plot')
    .querySelector('.area')
    .setAttribute('d', `M${x(samples[0].at)} ${height}L${line}L${width} ${height}Z`);
}

// ---- the forms

$('add').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.ariaBusy) return; // pressed twice
  form.ariaBusy = 'true';
  const wanted = Object.fromEntries(
    [...new FormData(form)].map(([key, value]) => [key, value.trim()]).filter(([, value]) => value),
  );
  say($('add-problem'), '');
  try {
    const view = await send('POST', '/downloads', wanted);
    form.reset();
    $('url').removeAttribute('aria-invalid');
    // Where it has ended by now, the stream has said so, or will.
    const newest = rows.get(view.id)?.view ?? view;
    if (!ENDED.has(view.state) && !ENDED.has(newest.state)) announce(`Added ${nameOf(view)}`);
  } catch (refused) {
    $('url').setAttribute('aria-invalid', 'true');
    say($('add-problem'), refused.message);
  } finally {
    form.ariaBusy = null;
  }
  // Whoever has gone on meanwhile stays where he is.
  if (form.contains(document.activeElement) || document.activeElement === document.body) $('url').focus();
});

function showLimits(limits) {
  const fields = $('limits').elements;
  for (const name of ['maxConcurrentDownloads', 'connectionsPerDownload', 'connectionsPerHost']) {
    fields[name].value = limits[name];
  }
  fields.speedLimit.value = limits.bytesPerSecond == null ? '' : limits.bytesPerSecond / 1024;
}

/** What somebody is just writing stays. */
async function loadLimits() {
  if ($('limits').contains(document.activeElement)) return;
  try {
    showLimits(await send('GET', '/limits'));
  } catch (refused) {
    say($('limits-problem'), refused.message);
  }
}

/** Has the limits changed, and says what became of it. */
async function change(limits, done) {
  say($('limits-problem'), '');
  say($('limits-outcome'), '');
  try {
    showLimits(await limits());
    say($('limits-outcome'), done);
  } catch (refused) {
    say($('limits-problem'), refused.message);
  }
}

$('limits').addEventListener('submit', (event) => {
  event.preventDefault();
  const {speedLimit, ...numbers} = Object.fromEntries(new FormData(event.target));
  const limits = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)]));
  limits.bytesPerSecond = speedLimit === '' ? null : Math.round(speedLimit * 1024);
  change(() => send('PUT', '/limits', limits), 'Applied; they hold over a restart as well.');
});

$('configured').addEventListener('click', () => {
  change(() => send('DELETE', '/limits'), 'As the service’s configuration says.');
});

for (const dialog of document.querySelectorAll('dialog')) {
  dialog.querySelector('[type=button]').addEventListener('click', () => dialog.close());
}
follow();
sample();
setInterval(sample, SAMPLE_MILLIS);
