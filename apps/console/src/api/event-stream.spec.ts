/// <reference lib="dom" />
import { jest } from '@jest/globals';
import { followStream } from './event-stream';

class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 0;
  closed = false;

  constructor(readonly path: string) {
    super();
    FakeSource.all.push(this);
  }

  close(): void {
    this.closed = true;
  }

  breaks(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }
}

describe('an event stream', () => {
  const calls: string[] = [];
  const follow = (): (() => void) =>
    followStream('/v1/alarms/stream', {
      events: { alarm: (data) => calls.push(JSON.stringify(data)) },
      opened: () => calls.push('opened'),
      lost: () => calls.push('lost'),
      refused: () => calls.push('refused'),
    });
  const newest = (): FakeSource => FakeSource.all.at(-1)!;

  beforeEach(() => {
    jest.useFakeTimers();
    FakeSource.all = [];
    calls.length = 0;
    Object.assign(globalThis, { EventSource: FakeSource });
  });
  afterEach(() => {
    jest.useRealTimers();
    Reflect.deleteProperty(globalThis, 'EventSource');
  });

  it('leaves it to the browser to connect again when the connection breaks', () => {
    follow();
    newest().breaks(0);
    jest.advanceTimersByTime(600_000);
    expect(calls).toEqual(['lost']);
    expect(FakeSource.all).toHaveLength(1);
  });

  it('is asked for again when it was refused, for the browser has given up', () => {
    follow();
    newest().breaks(FakeSource.CLOSED);
    jest.advanceTimersByTime(1_500);
    expect(FakeSource.all).toHaveLength(2);
    newest().dispatchEvent(new Event('open'));
    newest().dispatchEvent(new MessageEvent('alarm', { data: '{"id":7}' }));
    expect(calls).toEqual(['lost', 'refused', 'opened', '{"id":7}']);
  });

  it('is asked for less and less often, and at least twice a minute or so', () => {
    follow();
    for (let refusals = 0; refusals < 10; refusals++) {
      newest().breaks(FakeSource.CLOSED);
      jest.advanceTimersByTime(45_000);
    }
    expect(FakeSource.all).toHaveLength(11);
    newest().breaks(FakeSource.CLOSED);
    jest.advanceTimersByTime(14_000);
    expect(FakeSource.all).toHaveLength(11);
  });

  it('is not asked for again once nobody follows it', () => {
    const end = follow();
    newest().breaks(FakeSource.CLOSED);
    end();
    jest.advanceTimersByTime(600_000);
    expect(FakeSource.all).toHaveLength(1);
    expect(newest().closed).toBe(true);
  });
});
