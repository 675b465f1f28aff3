import { OfflineQueue } from './offline-queue.js';

type Added = Parameters<OfflineQueue['add']>[0];

const message = (number: number, payload = 'x'): Added =>
  ({
    cmd: 'publish',
    brokerId: 'b',
    brokerCounter: number,
    topic: 't',
    payload: Buffer.from(payload),
    qos: 1,
    retain: false,
    dup: false,
  }) as Added;
const numbers = (queue: OfflineQueue): number[] => queue.pending().map((entry) => entry.brokerCounter);

describe('an offline queue', () => {
  const limits = { maxQueuedMessages: 3, maxQueuedBytes: 10_000 };

  it('drops the oldest beyond the number of messages', () => {
    const queue = new OfflineQueue(limits);
    const dropped = [1, 2, 3, 4, 5].map((number) => queue.add(message(number)));
    expect(dropped).toEqual([0, 0, 0, 1, 1]);
    expect(numbers(queue)).toEqual([3, 4, 5]);
  });

  it('drops the oldest beyond the bytes, but keeps the newest', () => {
    const queue = new OfflineQueue(limits);
    queue.add(message(1, 'x'.repeat(5_000)));
    expect(queue.add(message(2, 'x'.repeat(20_000)))).toBe(1);
    expect(numbers(queue)).toEqual([2]);
  });

  it('holds a message of overlapping subscriptions once', () => {
    const queue = new OfflineQueue(limits);
    queue.add(message(1));
    queue.add(message(1));
    expect(numbers(queue)).toEqual([1]);
  });

  it('marks as duplicate only what was sent before', () => {
    const queue = new OfflineQueue(limits);
    queue.add(message(1));
    queue.add(message(2));
    queue.update({ ...message(1), messageId: 7 } as Added);
    expect(queue.pending().map(({ dup }) => dup)).toEqual([true, false]);
  });

  it('forgets what is acknowledged by packet identifier, also after the identifier changed', () => {
    const queue = new OfflineQueue(limits);
    queue.add(message(1));
    queue.update({ ...message(1), messageId: 7 } as Added);
    queue.update({ ...message(1), messageId: 8 } as Added);
    expect(queue.clear({ cmd: 'puback', messageId: 7 } as never)).toBeUndefined();
    expect(queue.clear({ cmd: 'puback', messageId: 8 } as never)).toMatchObject({ brokerCounter: 1 });
    expect(queue.length).toBe(0);
  });

  it('puts PUBREL in the place of the message it releases', () => {
    const queue = new OfflineQueue(limits);
    queue.add(message(1));
    queue.add(message(2));
    queue.update({ ...message(1), messageId: 7 } as Added);
    expect(queue.update({ cmd: 'pubrel', messageId: 7 } as never)).toBe(true);
    expect(queue.pending().map(({ cmd }) => cmd)).toEqual(['pubrel', 'publish']);
    expect(queue.clear({ cmd: 'pubcomp', messageId: 7 } as never)).toMatchObject({ cmd: 'pubrel' });
    expect(numbers(queue)).toEqual([2]);
  });
});
