import { connect, Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { HOST_REVISION, MAX_LOG_LINE } from '../abi/index.js';
import { PluginSystemError } from '../errors/index.js';
import { type HostLibrary, openHostLibrary, type SessionHandle, type StoreHandle } from '../ffi/index.js';
import type { Cancellation } from '../plugin/index.js';
import { CheckedMemory } from '../safety/index.js';
import { locateHostLibrary } from './host-location.js';
import { type LogLine, readEvents } from './wire.js';

/** How long a process that exits waits for native calls to come back before it ends without them. */
const EXIT_GRACE_MS = 250;

/** How long events are handed out at a stretch. */
const DRAIN_MS = 5;

/** More than the queue can hold, in bytes: what was in it when a last drain began is handed out then. */
const WHOLE_QUEUE = 6 * 1024 * 1024;

/** How often events are looked for while jobs run, should the doorbell be broken: a plugin may have closed its descriptor. */
const WATCH_MS = 1000;

/** Where log lines of one plugin go. */
export interface LogSink {
  line(line: LogLine): void;
  dropped(count: number): void;
}

interface Job {
  finished: () => void;
}

let current: HostSession | undefined;

/**
 * This JavaScript thread's end of the host library: its doorbell, the jobs on its threads, the log lines of its plugins.
 * One per thread, opened with the first compiled plugin, for the life of the thread.
 */
export class HostSession {
  readonly library: HostLibrary;
  readonly handle: SessionHandle;
  readonly memory: CheckedMemory;
  /** Ids of the stages of all open plugins, by handle. */
  readonly stageIds = new Map<bigint, string>();
  readonly #doorbell: Socket;
  readonly #jobs = new Map<bigint, Job>();
  /** Those who wait for a thread. */
  readonly #waiting = new Set<() => void>();
  readonly #sinks = new Map<bigint, LogSink>();
  readonly #buffer = Buffer.alloc(4 * MAX_LOG_LINE);
  readonly #more = new Uint32Array(1);
  #drainsAgain = false;
  #watch: NodeJS.Timeout | undefined;

  /**
   * @throws `HostLibraryMissing`, `HostLibraryMismatch`, `LibraryLoadFailed`
   */
  static current(): HostSession {
    current ??= new HostSession();
    return current;
  }

  private constructor() {
    this.library = load(locateHostLibrary());
    this.memory = new CheckedMemory(this.library);
    this.handle = this.library.sessionOpen();
    if (this.handle === 0)
      throw new PluginSystemError('Internal', 'the host library could not open a session: no memory or no descriptor');
    this.#doorbell = this.#listen();
    process.on('exit', (code) => {
      if (isMainThread) this.library.exiting(code, EXIT_GRACE_MS);
      this.#drainQueued();
    });
  }

  /** Copies data that the host library gave by address. */
  readonly copyOut = (address: bigint, length: number): Uint8Array => {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.library.memoryCopy(bytes, address, length);
    return bytes;
  };

  /** Hands out the log lines that are queued on this thread now, if compiled plugins were opened on it. */
  static deliverLogs(): void {
    if (current !== undefined) current.#drainQueued();
  }

  attach(plugin: number, sink: LogSink): void {
    this.#sinks.set(BigInt(plugin), sink);
  }

  detach(plugin: number): void {
    this.#drainQueued();
    this.#sinks.delete(BigInt(plugin));
  }

  /** Jobs in progress. */
  get pending(): number {
    return this.#jobs.size;
  }

  /**
   * Starts stages on a thread of the host library.
   * @returns the ticket and a promise of its end, or undefined if no thread is to be had now
   */
  submit(
    store: StoreHandle,
    stages: BigUint64Array,
    count: number,
    mode: number,
  ): { ticket: bigint; done: Promise<void> } | undefined {
    const ticket = BigInt(this.library.submit(this.handle, store, stages, count, mode));
    if (ticket === 0n) return undefined;
    if (this.#jobs.size === 0) {
      this.#doorbell.ref();
      this.#watch = setInterval(() => this.drain(), WATCH_MS);
    }
    const done = new Promise<void>((resolve) => this.#jobs.set(ticket, { finished: resolve }));
    return { ticket, done };
  }

  /** Resolves when some job of this session has ended, when none is left, or when the caller gives up. Each end wakes one who waits, the first to come. */
  async someJobDone(cancellation: Cancellation): Promise<void> {
    if (this.#jobs.size === 0) return;
    let wake = () => {};
    let unsubscribe = () => {};
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.#waiting.add(wake);
      unsubscribe = cancellation.subscribe(resolve);
    });
    unsubscribe();
    const wasWoken = !this.#waiting.delete(wake);
    if (wasWoken && cancellation.cancelled) this.#wakeOne();
  }

  /** The job was taken or abandoned. */
  forget(ticket: bigint): void {
    this.#jobs.delete(ticket);
    if (this.#jobs.size > 0) return;
    this.#doorbell.unref();
    clearInterval(this.#watch);
    while (this.#waiting.size > 0) this.#wakeOne();
  }

  #wakeOne(): void {
    const [wake] = this.#waiting;
    if (wake === undefined) return;
    this.#waiting.delete(wake);
    wake();
  }

  /**
   * Hands out what is queued, for a few milliseconds at most: a plugin that logs without end must not keep the event loop to itself. What is left
   * comes in the next turn of the loop.
   */
  drain(): void {
    const end = performance.now() + DRAIN_MS;
    do this.#drainOnce();
    while (this.#more[0] !== 0 && performance.now() < end);
    if (this.#more[0] === 0 || this.#drainsAgain) return;
    this.#drainsAgain = true;
    setImmediate(() => {
      this.#drainsAgain = false;
      this.drain();
    });
  }

  /** Hands out all that is queued now, however long it takes, and not what is added without end meanwhile. */
  #drainQueued(): void {
    let bytes = 0;
    do bytes += this.#drainOnce();
    while (this.#more[0] !== 0 && bytes < WHOLE_QUEUE);
  }

  #drainOnce(): number {
    const length = this.library.sessionDrain(this.handle, this.#buffer, this.#buffer.length, this.#more);
    readEvents(this.#buffer, length, this.copyOut, this.#events);
    return length;
  }

  readonly #events = {
    job: (ticket: bigint) => {
      this.#jobs.get(ticket)?.finished();
      this.#wakeOne();
    },
    log: (plugin: bigint, line: LogLine) => contained(() => this.#sinks.get(plugin)?.line(line)),
    dropped: (plugin: bigint, count: number) => contained(() => this.#sinks.get(plugin)?.dropped(count)),
  };

  #listen(): Socket {
    const descriptor = new Int32Array([-1]);
    const name = Buffer.alloc(256);
    const nameLength = this.library.sessionDoorbell(this.handle, descriptor, name, name.length);
    const onread = {
      buffer: Buffer.alloc(64),
      callback: () => {
        this.drain();
        return true;
      },
    };
    const options = { fd: descriptor[0] as number, readable: true, writable: false, onread };
    const socket = nameLength === 0 ? new Socket(options) : connect({ path: name.toString('utf8', 0, nameLength), onread });
    socket.on('error', () => undefined);
    socket.unref();
    return socket;
  }
}

/** A logger of the application that throws must not keep the other lines from being delivered. */
function contained(deliver: () => void): void {
  try {
    deliver();
  } catch {
    // There is nobody left to tell: the logger itself failed.
  }
}

function load(path: string): HostLibrary {
  let library: HostLibrary;
  try {
    library = openHostLibrary(path);
  } catch (error) {
    throw PluginSystemError.from(error, 'LibraryLoadFailed', { path, operation: 'open host library' });
  }
  const revision = library.revision();
  if (revision !== HOST_REVISION) {
    throw new PluginSystemError(
      'HostLibraryMismatch',
      `the host library has revision ${revision}, this package needs ${HOST_REVISION}`,
      { path },
    );
  }
  return library;
}
