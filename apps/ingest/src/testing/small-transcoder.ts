import type { RawUplink, Transcoded, Transcoder } from '#device-types';

/** Two types: one whose script reads a byte as the temperature, one that only maps the network server's object. */
export class SmallTranscoder implements Pick<Transcoder, 'find' | 'decode' | 'map'> {
  readonly calls: number[] = [];

  find(type: string): ReturnType<Transcoder['find']> {
    if (!['raw', 'mapped'].includes(type)) return undefined;
    return { kind: 'lpwan-node', decodesRaw: type === 'raw', normalized: false };
  }

  decode(_type: string, uplinks: readonly RawUplink[]): Promise<readonly Transcoded[]> {
    this.calls.push(uplinks.length);
    return Promise.resolve(uplinks.map(({ bytes }) => this.one(bytes)));
  }

  map(_type: string, object: { readonly t?: unknown }): Transcoded {
    return this.reading({ temperature: object.t }, new Map([['temperature', '/t']]));
  }

  private one(bytes: Uint8Array): Transcoded {
    if (bytes[0] === 0xff) {
      const reason = { code: 'codec-failed', pointer: '', detail: 'The script says no.' };
      return { readings: [], rejections: [reason], warnings: [] };
    }
    return this.reading({ temperature: bytes[0] }, new Map(), bytes.length > 1 ? ['one byte too many'] : []);
  }

  private reading(
    values: Record<string, unknown>,
    pointers: ReadonlyMap<string, string>,
    warnings: string[] = [],
  ): Transcoded {
    return { readings: [{ pointer: '', values, pointers }], rejections: [], warnings };
  }
}
