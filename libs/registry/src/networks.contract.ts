import { expect, it } from '@jest/globals';
import type { ContractContext } from './contract-context.contract.js';
import { downlinkCorrelation, downlinkIdOf } from './downlinks.js';
import type { NewDownlink } from './downlinks.js';
import { serverOfApplication } from './network-servers.js';
import type { NewNetworkServer } from './network-servers.js';

const server = (id: string, change: Partial<NewNetworkServer> = {}): NewNetworkServer => ({
  id,
  name: id,
  type: 'chirpstack',
  applications: ['app-1'],
  downlink: null,
  ...change,
});

export function networkContract({ registry, clock }: ContractContext): void {
  it('keeps network servers as given, and finds them by application', async () => {
    const downlink = { url: 'https://eu1.example/{device}', sealedKey: "x'y", allowPrivate: false };
    const made = await registry().networkServers.create(
      server('tts', { type: 'things-stack', applications: ['app1@ttn', 'app2@ttn'], downlink, name: '旺角' }),
    );
    expect(made).toMatchObject({ id: 'tts', createdAt: clock.time, downlink });
    await registry().networkServers.create(server('gwin', { applications: 'all' }));
    await registry().networkServers.create(server('second'));
    expect(await registry().networkServers.get('tts')).toEqual(made);
    expect(await registry().networkServers.get('nobody')).toBeNull();
    const all = await registry().networkServers.list();
    expect(all.map(({ id }) => id)).toEqual(['gwin', 'second', 'tts']);
    for (const [type, application, owner] of [
      ['things-stack', 'app2@ttn', 'tts'],
      ['things-stack', 'app3@ttn', undefined],
      ['chirpstack', 'app-1', 'second'],
      ['chirpstack', 'any', 'gwin'],
      ['http', 'app-1', undefined],
    ] as const) {
      expect((await registry().networkServers.findByApplication(type, application))?.id).toBe(owner);
      expect(serverOfApplication(all, type, application)?.id).toBe(owner);
    }
  });

  it('notes when network servers were heard last, and nothing of other sources', async () => {
    await registry().networkServers.create(server('gwin'));
    await registry().networkServers.create(server('other', { type: 'http' }));
    await registry().networkServers.heard(new Map());
    await registry().networkServers.heard(new Map([['gwin', 2_000], ['a device', 9_000]])); // prettier-ignore
    await registry().networkServers.heard(new Map([['gwin', 1_000]]));
    await registry().networkServers.update('gwin', { name: 'GWIN' });
    const heard = (await registry().networkServers.list()).map(({ id, lastMessageAt }) => [id, lastMessageAt]);
    expect(heard).toEqual([
      ['gwin', 2_000],
      ['other', null],
    ]);
  });

  it('gives an application to one network server only', async () => {
    await registry().networkServers.create(server('a', { applications: ['x', 'y', 'x'] }));
    await expect(registry().networkServers.create(server('b', { applications: ['z', 'y'] }))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/y \(a\)/) as unknown,
    });
    expect(await registry().networkServers.get('b')).toBeNull();
    await registry().networkServers.create(server('b', { applications: ['z'] }));
    await expect(registry().networkServers.update('b', { applications: ['x'] })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await registry().networkServers.update('b', { applications: 'all' })).toMatchObject({ applications: 'all' });
    await expect(registry().networkServers.create(server('c', { applications: 'all' }))).rejects.toMatchObject({
      code: 'conflict',
    });
    // Of its own: whatever others have, and nobody finds it by an application.
    for (const id of ['f', 'g'])
      expect(await registry().networkServers.create(server(id, { applications: 'own' }))).toMatchObject({
        applications: 'own',
      });
    expect(await registry().networkServers.get('f')).toMatchObject({ applications: 'own' });
    expect((await registry().networkServers.findByApplication('chirpstack', 'o'))?.id).toBe('b');
    expect(serverOfApplication(await registry().networkServers.list(), 'chirpstack', 'o')?.id).toBe('b');
    // Another type has other applications.
    await registry().networkServers.create(server('d', { type: 'http', applications: ['x'] }));
    expect(await registry().networkServers.remove('a')).toBe(true);
    await registry().networkServers.create(server('e', { applications: ['x'] }));
    expect(await registry().networkServers.update('nobody', { name: 'x' })).toBeNull();
  });

  it('refuses an id that a device or a gateway logs in with', async () => {
    await registry().credentials.put([
      {
        username: 'GF3637',
        clientId: 'GF3637',
        type: 'device',
        subject: 'GF3637',
        application: null,
        keyHash: 'h',
        certificateFingerprint: null,
      },
    ]);
    await expect(registry().networkServers.create(server('GF3637'))).rejects.toMatchObject({ code: 'conflict' });
    await registry().networkServers.create(server('gwin'));
    await expect(registry().networkServers.create(server('gwin', { applications: [] }))).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('takes the credential of a network server along, and shows each change to brokers', async () => {
    const start = await registry().position();
    await registry().networkServers.create(server('gwin'));
    await registry().credentials.put([
      {
        username: 'gwin',
        clientId: 'gwin',
        type: 'gateway',
        subject: 'gwin',
        application: null,
        keyHash: 'h',
        certificateFingerprint: null,
      },
    ]);
    await registry().networkServers.update('gwin', { name: 'GWIN' });
    expect(await registry().networkServers.remove('gwin')).toBe(true);
    expect(await registry().networkServers.remove('gwin')).toBe(false);
    expect(await registry().credentials.get('gwin')).toBeNull();
    const changes = await registry().changes(start, 100);
    expect(changes.map(({ entity, id }) => `${entity} ${id}`)).toEqual([
      'network-server gwin',
      'credential gwin',
      'credential gwin',
      'network-server gwin',
      'credential gwin',
      'network-server gwin',
      'credential gwin',
    ]);
  });

  const downlink = (id: string, device = 'LPN-1'): NewDownlink => ({
    id,
    device,
    networkServer: 'gwin',
    queuedBy: 'wing',
    fPort: 10,
    payload: Uint8Array.of(0, 255, 7),
    confirmed: true,
  });

  it('keeps downlinks as given and lists those of a device, newest first, in pages', async () => {
    const first = await registry().downlinks.create(downlink('a'));
    expect(first).toEqual({
      ...downlink('a'),
      status: 'queued',
      queuedAt: clock.time,
      sentAt: null,
      acknowledgedAt: null,
      failedAt: null,
      reason: null,
    });
    await registry().downlinks.create(downlink('b'));
    clock.time += 5;
    await registry().downlinks.create(downlink('0'));
    await registry().downlinks.create({
      ...downlink('other', 'LPN-2'),
      networkServer: null,
      payload: new Uint8Array(),
    });
    expect(await registry().downlinks.get('a')).toEqual(first);
    expect(await registry().downlinks.get('z')).toBeNull();
    const page = async (after?: string): Promise<string[]> =>
      (await registry().downlinks.list({ device: 'LPN-1', limit: 2, ...(after === undefined ? {} : { after }) })).map(
        ({ id }) => id,
      );
    expect(await page()).toEqual(['0', 'b']);
    expect(await page('b')).toEqual(['a']);
    expect(await page('a')).toEqual([]);
  });

  it('follows what network servers say, in any order and as often as they say it', async () => {
    await registry().downlinks.create(downlink('a'));
    await registry().downlinks.create(downlink('b'));
    const { downlinks } = registry();
    expect(await downlinks.noteEvent({ id: 'a', type: 'queued', at: 1 })).toBeNull();
    expect(await downlinks.noteEvent({ id: 'a', type: 'sent', at: 10 })).toMatchObject({ status: 'sent', sentAt: 10 });
    expect(await downlinks.noteEvent({ id: 'a', type: 'sent', at: 99 })).toBeNull();
    expect(await downlinks.noteEvent({ id: 'a', type: 'failed', at: 20, reason: 'no answer' })).toMatchObject({
      status: 'failed',
      failedAt: 20,
      reason: 'no answer',
    });
    expect(await downlinks.noteEvent({ id: 'a', type: 'acknowledged', at: 30 })).toMatchObject({
      status: 'acknowledged',
      acknowledgedAt: 30,
      sentAt: 10,
      failedAt: 20,
    });
    expect(await downlinks.noteEvent({ id: 'a', type: 'failed', at: 40 })).toBeNull();
    expect(await downlinks.noteEvent({ id: 'nobody', type: 'sent', at: 1 })).toBeNull();
    const changed = await downlinks.noteEvents([
      { id: 'b', type: 'acknowledged', at: 8 },
      { id: 'b', type: 'sent', at: 7 },
      { id: 'nobody', type: 'sent', at: 1 },
    ]);
    expect(changed).toMatchObject([{ id: 'b', status: 'acknowledged', sentAt: 7, acknowledgedAt: 8 }]);
    expect(await downlinks.get('b')).toEqual(changed[0]);
  });

  it('a downlink that was given up here and was sent by its network server all the same is sent, in whatever order that is told', async () => {
    const { downlinks } = registry();
    const givenUp = { type: 'failed', at: 10, reason: 'The broker did not take it.' } as const;
    const sent = { type: 'sent', at: 12 } as const;
    for (const [id, steps] of [
      ['a', [givenUp, sent]],
      ['b', [sent, givenUp]],
    ] as const) {
      // prettier-ignore
      await downlinks.create(downlink(id));
      for (const step of steps) await downlinks.noteEvent({ id, ...step });
      expect(await downlinks.get(id)).toMatchObject({ status: 'sent', sentAt: 12, failedAt: 10, reason: null });
    }
    // Then the device did not acknowledge it; told again, that changes nothing.
    const nack = { type: 'failed', at: 20, reason: 'the device did not acknowledge' } as const;
    expect(await downlinks.noteEvent({ id: 'a', ...nack })).toMatchObject({
      status: 'failed',
      failedAt: 20,
      reason: nack.reason,
    });
    for (const step of [nack, givenUp, sent]) expect(await downlinks.noteEvent({ id: 'a', ...step })).toBeNull();
    // The other way round it failed after it was sent.
    for (const [id, times] of [
      ['c', [5, 9]],
      ['d', [9, 5]],
    ] as const) {
      // prettier-ignore
      await downlinks.create(downlink(id));
      for (const at of times)
        await downlinks.noteEvent({ id, type: at === 5 ? 'sent' : 'failed', at, reason: 'no answer' });
      expect(await downlinks.get(id)).toMatchObject({ status: 'failed', reason: 'no answer' });
    }
  });

  it('names its downlinks in correlation ids', () => {
    expect(downlinkIdOf(['as:up:01D2', downlinkCorrelation('a-b')])).toBe('a-b');
    expect(downlinkIdOf(['my-correlation-id', 7, null])).toBeNull();
    expect(downlinkIdOf('x')).toBeNull();
  });
}
