import { describe, expect, it } from '@jest/globals';
import { type ImportContext, planImport } from './plan-import.js';

const context: ImportContext = {
  kinds: [
    { name: 'smart-lamppost', department: 'hyd' },
    { name: 'smart-toilet', department: 'fehd' },
  ],
  departments: ['hyd', 'fehd', 'epd'],
  registered: (ids) => Promise.resolve(new Set(ids.filter((id) => id.startsWith('known')))),
};
const plan = (csv: string): ReturnType<typeof planImport> => planImport(csv, context);
const HEADER = 'id,kind,department,latitude,longitude,name,intervalMs,tags\n';

describe('planImport of a sound file', () => {
  it('reads every column', async () => {
    const text = `${HEADER}GF3637,smart-lamppost,epd,22.3,114.2,"Pier 5, ""Central""",60000,feeder=F1;pole=3 m\n`;
    expect(await plan(text)).toEqual({
      rows: 1,
      faults: [],
      validRows: [2],
      valid: [
        {
          id: 'GF3637',
          kind: 'smart-lamppost',
          department: 'epd',
          latitude: 22.3,
          longitude: 114.2,
          name: 'Pier 5, "Central"',
          intervalMs: 60_000,
          tags: { feeder: 'F1', pole: '3 m' },
        },
      ],
    });
  });

  it('takes a byte order mark, CRLF, other names and another order of columns, and fills in the department of the kind', async () => {
    const text =
      '\uFEFFLong,Lat,Lamp_Post_Number,Type\r\n114.2,22.3,GF3637,smart-lamppost\r\n\r\n114.1 , 22.4,T1,smart-toilet\r\n';
    const { rows, valid, faults } = await plan(text);
    expect(faults).toEqual([]);
    expect(rows).toBe(2);
    expect(valid).toEqual([
      { id: 'GF3637', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 },
      { id: 'T1', kind: 'smart-toilet', department: 'fehd', latitude: 22.4, longitude: 114.1 },
    ]);
  });

  it('takes tags as a JSON object, and a key like __proto__ as any other (T12)', async () => {
    const { valid } = await plan(`${HEADER}A,smart-lamppost,,22.3,114.2,,,"{""__proto__"":""x"",""a"":""b""}"\n`);
    expect(Object.keys(valid[0]!.tags!)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(valid[0]!.tags!)).toBe(Object.prototype);
  });

  it('reads a stream of bytes cut anywhere', async () => {
    const bytes = Buffer.from(`${HEADER}A,smart-lamppost,,22.3,114.2,旺角,,\n`);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Promise.resolve(Uint8Array.of(byte));
    }
    expect((await planImport(pieces(), context)).valid[0]?.name).toBe('旺角');
  });

  it('reads thousands of rows', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `L${i},smart-lamppost,,22.3,114.2,,,`).join('\n');
    const { rows, valid, faults } = await plan(HEADER + many);
    expect([rows, valid.length, faults.length]).toEqual([20_000, 20_000, 0]);
  });
});

describe('planImport of a faulty file', () => {
  it('reports every fault of every row by row and column, and keeps the sound rows', async () => {
    const text = [
      'id,kind,department,latitude,longitude,name,intervalMs,tags',
      'ok-1,smart-lamppost,,22.3,114.2,,,',
      'bad/id,smart-lampost,hydd,abc,,,,',
      '',
      'known-1,smart-lamppost,,22.3,114.2,,,',
      'ok-1,smart-lamppost,,22.3,114.2,,,',
      'far,smart-lamppost,,31.2,121.4,,,',
      'swapped,smart-lamppost,,114.2,22.3,,,',
      'x,smart-lamppost,,22.3,114.2,,-5,novalue',
      'short,smart-lamppost',
      ',,,,,,,x=1',
      'quote,sm"art"-lamppost,,22.3,114.2,,,',
      'ok-2,smart-lamppost,,22.3,114.2,,,',
    ].join('\n');
    const { rows, valid, faults } = await plan(text);
    expect(valid.map((device) => device.id)).toEqual(['ok-1', 'ok-2']);
    expect(rows).toBe(11);
    expect(faults.map(({ row, column, code, actual }) => [row, column, code, actual])).toEqual([
      [3, 'id', 'bad-field', 'bad/id'],
      [3, 'kind', 'unknown-kind', 'smart-lampost'],
      [3, 'department', 'unknown-department', 'hydd'],
      [3, 'latitude', 'bad-field', 'abc'],
      [3, 'longitude', 'bad-field', ''],
      [5, 'id', 'conflict', 'known-1'],
      [6, 'id', 'repeated-id', 'ok-1'],
      [7, 'latitude', 'outside-area', '31.2'],
      [7, 'longitude', 'outside-area', '121.4'],
      [8, 'latitude', 'bad-field', '114.2'],
      [8, 'longitude', 'outside-area', '22.3'],
      [9, 'intervalMs', 'bad-field', '-5'],
      [9, 'tags', 'bad-field', 'novalue'],
      [10, null, 'bad-csv', null],
      [11, 'id', 'bad-field', ''],
      [11, 'kind', 'unknown-kind', ''],
      [11, 'latitude', 'bad-field', ''],
      [11, 'longitude', 'bad-field', ''],
      [12, 'kind', 'unknown-kind', 'sm"art"-lamppost'],
    ]);
    expect(faults[1]?.detail).toBe("'smart-lampost' is not a kind; did you mean 'smart-lamppost'?");
    expect(faults[2]?.detail).toContain("did you mean 'hyd'?");
    expect(faults[6]?.detail).toBe('row 2 has the same id');
  });

  it.each(['NaN', '1e999', 'Infinity', '0x16', '22,3', '91', '', ' '])(
    'T13 refuses the latitude %j',
    async (latitude) => {
      const { valid, faults } = await plan(`${HEADER}A,smart-lamppost,,"${latitude}",114.2,,,`);
      expect(valid).toEqual([]);
      expect(faults).toMatchObject([{ row: 2, column: 'latitude', code: 'bad-field' }]);
    },
  );

  it('names every fault of the header, and then reads no row', async () => {
    const { faults, rows } = await plan('id,colour,lat,latitude\nA,b,22.3,22.3\n');
    expect(rows).toBe(0);
    expect(faults.map(({ row, column, code }) => [row, column, code])).toEqual([
      [1, 'colour', 'bad-column'],
      [1, 'latitude', 'bad-column'],
      [1, 'kind', 'bad-column'],
      [1, 'longitude', 'bad-column'],
    ]);
  });

  it.each([
    ['an empty file', ''],
    ['an open quote', `${HEADER}A,"smart-lamppost,,22.3,114.2,,,\nB,smart-lamppost,,22.3,114.2,,,`],
    ['an endless field', `${HEADER}A,"${'x'.repeat(100_000)}`],
  ])('says where %s ends the reading', async (_case, text) => {
    const { valid, faults } = await plan(text);
    expect(valid).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code: 'bad-csv', column: null });
  });

  it('lets a failure of the source through', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield HEADER;
      throw new Error('connection reset');
    }
    await expect(planImport(broken(), context)).rejects.toThrow('connection reset');
  });
});

describe('planImport of devices that are more than a place', () => {
  const more: ImportContext = {
    ...context,
    registeredEuis: (euis) => Promise.resolve(new Set(euis.filter((eui) => eui.startsWith('ffff')))),
    templates: [
      {
        id: 'street',
        kind: 'smart-lamppost',
        department: 'epd',
        namePattern: 'Lamp {id}',
        intervalMs: 60_000,
        tags: { maker: 'acme', lot: '1' },
        deviceType: 'acme-th1',
        quota: { messagesPerMinute: 60, burst: 60, bytesPerDay: null },
        updatedAt: 0,
      },
    ],
  };
  const FULL = 'id,kind,latitude,longitude,Dev EUI,deviceType,template,quota,tags\n';

  it('reads DevEUI, device type and quota', async () => {
    const { valid, faults } = await planImport(
      `${FULL}A,smart-toilet,22.3,114.2,00-16-C0-01-F0-00-17-5A,acme,,60:120:5000,\n`,
      more,
    );
    expect(faults).toEqual([]);
    expect(valid).toMatchObject([
      {
        devEui: '0016c001f000175a',
        deviceType: 'acme',
        quota: { messagesPerMinute: 60, burst: 120, bytesPerDay: 5_000 },
      },
    ]);
  });

  it('takes from the template what the row does not say', async () => {
    const { valid, faults } = await planImport(`${FULL}A,,22.3,114.2,,,street,,lot=2\n`, more);
    expect(faults).toEqual([]);
    expect(valid).toEqual([
      {
        id: 'A',
        kind: 'smart-lamppost',
        department: 'epd',
        latitude: 22.3,
        longitude: 114.2,
        name: 'Lamp A',
        intervalMs: 60_000,
        tags: { maker: 'acme', lot: '2' },
        deviceType: 'acme-th1',
        quota: { messagesPerMinute: 60, burst: 60, bytesPerDay: null },
      },
    ]);
    const { valid: alone } = await planImport('id,template,latitude,longitude\nA,street,22.3,114.2\n', more);
    expect(alone).toHaveLength(1);
  });

  it('names what is wrong with each of them', async () => {
    const rows = [
      'A,smart-lamppost,22.3,114.2,0016c001f000175a,,,,',
      'B,smart-lamppost,22.3,114.2,0016C001F000175A,,,,',
      'C,smart-lamppost,22.3,114.2,ffff000000000001,,,,',
      'D,smart-lamppost,22.3,114.2,xyz,a/b,stret,many,',
      'E,smart-toilet,22.3,114.2,,,street,,',
    ];
    const { faults, validRows } = await planImport(FULL + rows.join('\n'), more);
    expect(faults.map(({ row, column, code }) => [row, column, code])).toEqual([
      [3, 'devEui', 'repeated-id'],
      [4, 'devEui', 'conflict'],
      [5, 'template', 'bad-field'],
      [5, 'devEui', 'bad-field'],
      [5, 'deviceType', 'bad-field'],
      [5, 'quota', 'bad-field'],
      [6, 'template', 'bad-field'],
    ]);
    expect(faults[2]!.detail).toMatch(/did you mean 'street'/);
    expect(validRows).toEqual([2]);
  });

  it.each([
    ['id,type,latitude,longitude', 'kind'],
    ['id,devicetype,latitude,longitude', 'kind'],
  ])('still takes the header %s', async (header) => {
    const { valid } = await planImport(`${header}\nA,smart-toilet,22.3,114.2\n`, more);
    expect(valid).toMatchObject([{ kind: 'smart-toilet' }]);
  });

  it.each(['id,kind,type,latitude,longitude', 'id,type,deviceType,latitude,longitude'])(
    'takes the model from the header %s',
    async (header) => {
      const { valid } = await planImport(`${header}\nA,smart-toilet,acme,22.3,114.2\n`, more);
      expect(valid).toMatchObject([{ kind: 'smart-toilet', deviceType: 'acme' }]);
    },
  );

  it('tells how far it is', async () => {
    const told: number[] = [];
    const many = Array.from({ length: 1_200 }, (_, i) => `L${i},smart-lamppost,22.3,114.2,,,,,`).join('\n');
    await planImport(FULL + many, { ...more, checked: (rows) => told.push(rows) });
    expect(told).toEqual([500, 1_000, 1_200]);
  });
});
