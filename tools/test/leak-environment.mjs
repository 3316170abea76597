/**
 * Node's test environment, which fails a suite by name when it leaves open what it opened: a process, a server, a
 * connection, a timer. Jest itself only says that something, somewhere, keeps it alive.
 */
import { TestEnvironment } from 'jest-environment-node';

/**
 * What is still open after so long stays open. `fetch` keeps an idle connection for 4 s, and a busy machine is late;
 * a suite that leaves nothing does not wait.
 */
const GRACE_MS = 12_000;
const POLL_MS = 25;

export default class LeakEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.handlesBefore = new Set(openHandles());
    this.timersBefore = countTimers();
  }

  async teardown() {
    const deadline = Date.now() + GRACE_MS;
    while (this.leftBehind().length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const left = this.leftBehind();
    const handles = openHandles().filter((handle) => !this.handlesBefore.has(handle));
    for (const handle of handles) close(handle);
    await super.teardown();
    if (left.length > 0) throw new Error(`The suite leaves behind: ${left.join(', ')}`);
  }

  leftBehind() {
    const handles = openHandles().filter((handle) => !this.handlesBefore.has(handle));
    const timers = countTimers() - this.timersBefore;
    return [...handles.map(describe), ...(timers > 0 ? [`${timers} timer(s)`] : [])];
  }
}

/**
 * What keeps the event loop alive, except the worker's own input and output, which show once somebody has looked at
 * them, and what is closing already.
 */
function openHandles() {
  return process
    ._getActiveHandles()
    .filter((handle) => handle.destroyed !== true && !isOwnStream(handle));
}

function isOwnStream(handle) {
  return handle === process.stdout || handle === process.stderr || handle._handle?.fd === 0;
}

function countTimers() {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

function describe(handle) {
  const kind = handle.constructor?.name ?? 'handle';
  if (kind === 'ChildProcess') return `process ${handle.pid} (${handle.spawnfile})`;
  if (kind === 'Server') return `server on ${JSON.stringify(handle.address?.())}`;
  if (kind === 'Socket' || kind === 'TLSSocket') {
    return `connection to ${handle.remoteAddress ?? 'a pipe'}:${handle.remotePort ?? ''}`;
  }
  return kind;
}

function close(handle) {
  try {
    if (handle.constructor?.name === 'ChildProcess') handle.kill('SIGKILL');
    else if (typeof handle.destroy === 'function') handle.destroy();
    else handle.close?.();
  } catch {
    // It closed by itself in between.
  }
}
