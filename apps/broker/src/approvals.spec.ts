import { configurationOf } from './environment.js';
import { BrokerFixture } from './testing/broker-fixture.js';

describe('T40 devices of kinds that could identify people', () => {
  async function connect(approvals: ReadonlyMap<string, string>): Promise<number | null> {
    const fixture = await BrokerFixture.start({ settings: { approvals } });
    const [device] = await fixture.devices('J1');
    await fixture.registry.devices.update('J1', { kind: 'journey-time', department: 'td' });
    await fixture.changesSeen();
    const code = await (await fixture.socket()).connect(device!.login);
    await fixture.stop();
    return code;
  }

  it('are not let in without an approval, so that nothing of them is journalled', async () => {
    expect(await connect(new Map())).toBe(5);
    expect(await connect(new Map([['journey-time', 'PIA/2026/3']]))).toBe(0);
  });

  it('an approval that cannot be read stops the start', () => {
    expect(configurationOf({ LAMPLIGHTER_APPROVED_KINDS: 'journey-time=PIA/2026/3' }).settings.approvals).toEqual(new Map([['journey-time', 'PIA/2026/3']])); // prettier-ignore
    expect(() => configurationOf({ LAMPLIGHTER_APPROVED_KINDS: 'journey-time' })).toThrow(/LAMPLIGHTER_APPROVED_KINDS: .*no reference/); // prettier-ignore
  });
});
