import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_HINTS, uplinkHints } from './uplink-hints.js';

const hintsOf = (event: unknown): unknown => uplinkHints(Buffer.from(JSON.stringify(event)));

describe('hints of network servers', () => {
  it('are the names of ChirpStack and of The Things Stack', () => {
    expect(hintsOf({ deviceInfo: { deviceName: 'Bin 7', deviceProfileName: 'acme-th1' } })).toEqual({
      name: 'Bin 7',
      profile: 'acme-th1',
    });
    const version_ids = { brand_id: 'acme', model_id: 'th1' };
    expect(hintsOf({ end_device_ids: { device_id: 'bin-7' }, uplink_message: { version_ids } })).toEqual({
      name: 'bin-7',
      profile: 'acme th1',
    });
    expect(hintsOf({ deviceInfo: { deviceName: 'x'.repeat(500) } })).toEqual({ name: 'x'.repeat(200), profile: null });
  });

  it('are none of anything else', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expect(uplinkHints(bytes)).toEqual(NO_HINTS)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(hintsOf({ deviceInfo: { deviceName: [value] } })).toEqual(NO_HINTS),
      ),
    );
    expect(uplinkHints(Buffer.alloc(100_000, '{'))).toEqual(NO_HINTS);
  });
});
