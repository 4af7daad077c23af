// One live stream for all tabs of a browser: the tab that holds the lock reads /events and tells the others, because a
// browser opens at most six HTTP/1.1 connections to a host. A gateway without /events is polled instead, and says so.
import { ApiError, request } from './client';
import { readEvents } from './sse';
import { token } from './session';

export interface LiveEvent {
  type: string;
  data: unknown;
}
export type LiveState = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'offline';
export interface LiveNow {
  state: LiveState;
  since: number; // when this state began
}

const CHANNEL = 'agt.events';
const LOCK = 'agt.events.leader';
const RETRY_MS = [500, 1000, 2000, 5000];
const POLL_MS = 2000;
const SILENCE_MS = 45_000; // the gateway's heart-beat is far shorter

type Listener = (event: LiveEvent) => void;

export class LiveHub {
  private listeners = new Set<Listener>();
  private watchers = new Set<() => void>();
  private channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  private stop: AbortController | null = null;
  private lastId = '';
  private failures = 0;
  now: LiveNow = { state: 'connecting', since: Date.now() };

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  snapshot = (): LiveNow => this.now;

  start(): void {
    if (this.stop) return;
    this.stop = new AbortController();
    this.channel?.addEventListener('message', this.heard);
    this.channel?.postMessage({ ask: true });
    void this.lead(this.stop.signal);
  }
  end(): void {
    this.stop?.abort();
    this.stop = null;
    this.channel?.removeEventListener('message', this.heard);
  }

  private heard = (message: MessageEvent<{ event?: LiveEvent; id?: string; state?: LiveState; ask?: true }>) => {
    const { event, id, state, ask } = message.data;
    if (id) this.lastId = id; // who reads on when the reader closes asks for what came after this
    if (event) this.deliver(event);
    if (state) this.become(state, false);
    if (ask && this.leading) this.channel?.postMessage({ state: this.now.state });
  };
  private leading = false;

  private async lead(signal: AbortSignal): Promise<void> {
    const run = async () => {
      this.leading = true;
      while (!signal.aborted) await this.once(signal);
      this.leading = false;
    };
    if (!('locks' in navigator)) return run();
    await navigator.locks.request(LOCK, { signal }, run).catch(() => undefined);
  }

  private async once(signal: AbortSignal): Promise<void> {
    if (token() === null) return pause(500, signal);
    const attempt = new AbortController();
    const abort = () => attempt.abort();
    signal.addEventListener('abort', abort);
    let heartbeat = setTimeout(abort, SILENCE_MS);
    const alive = () => {
      clearTimeout(heartbeat);
      heartbeat = setTimeout(abort, SILENCE_MS);
    };
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (this.lastId) headers['last-event-id'] = this.lastId;
      const reply = await request('GET', '/events', { headers, signal: attempt.signal });
      this.failures = 0;
      this.become('live');
      if (reply.body) {
        await readEvents(tapped(reply.body, alive), (event) => {
          this.lastId = event.id || this.lastId;
          this.tell({ type: event.event, data: parsed(event.data) }, event.id);
        });
      }
      this.become('reconnecting');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 404) return await this.poll(signal);
      this.failures += 1;
      this.become(this.failures > 2 ? 'offline' : 'reconnecting');
      await pause(RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1] ?? 5000, signal);
    } finally {
      clearTimeout(heartbeat);
      signal.removeEventListener('abort', abort);
    }
  }

  // Without a stream: a tick after which everything that is shown is asked again.
  private async poll(signal: AbortSignal): Promise<void> {
    try {
      await request('GET', '/health', { signal });
      this.failures = 0;
      this.become('polling');
      if (!document.hidden) this.tell({ type: 'tick', data: null });
    } catch {
      this.failures += 1;
      this.become('offline');
    }
    await pause(POLL_MS, signal);
  }

  private tell(event: LiveEvent, id = ''): void {
    this.channel?.postMessage({ event, id });
    this.deliver(event);
  }
  private deliver(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }
  private become(state: LiveState, tellOthers = true): void {
    if (tellOthers) this.channel?.postMessage({ state });
    if (state === this.now.state) return;
    const wasLost = this.now.state === 'offline' || this.now.state === 'reconnecting';
    this.now = { state, since: Date.now() };
    for (const watcher of this.watchers) watcher();
    if (wasLost && (state === 'live' || state === 'polling')) this.deliver({ type: 'resync', data: null });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function tapped(body: ReadableStream<Uint8Array>, each: () => void): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        each();
        controller.enqueue(chunk);
      },
    }),
  );
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

export const hub = new LiveHub();
