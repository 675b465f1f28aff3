import { type Harness, lamppost, startApi } from './harness.js';
import { keyFor } from './keys.js';

const FILE = `\ufeffkind,Department,Device Type,DevEUI,ID,id prefix,count,expiresInDays
smart-lamppost,hyd,,,GF9001,,,
smart-lamppost,,,,,LP-,3,7
lpwan-node,emsd,,70B3-D57E-D000-0001,,,,

smart-lampost,hyd,,,,,,
smart-lamppost,hyd,,,GF9001,,,
smart-lamppost,hyd,,,GF1,,,
smart-lamppost,nobody,,70b3,,-x,0,900
lpwan-node,emsd,,70b3d57ed0000002,,,2,
`;

describe('claims from a CSV file', () => {
  let api: Harness;
  beforeEach(async () => {
    api = await startApi();
    await api.registry.devices.create([lamppost('GF1')]);
  });
  afterEach(() => api.close());
  const send = (csv: string, query = '', as?: string) =>
    api.ask('POST', `/v1/claims/import${query}`, {
      body: csv,
      headers: { 'content-type': 'text/csv' },
      ...(as === undefined ? {} : { as }),
    });
  const claims = async (): Promise<{ device: string }[]> => (await api.ask('GET', '/v1/claims')).body.claims;

  it('are checked by a dry run, which names every fault by row and column and prepares nothing', async () => {
    const { status, body } = await send(FILE, '?dryRun=true');
    expect(status).toBe(200);
    expect(body).toMatchObject({ rows: 8, valid: 3, created: 0, labels: null });
    expect(body.faults.map(({ row, column, code }: Record<string, unknown>) => [row, column, code])).toEqual([
      [6, 'kind', 'unknown-kind'],
      [7, 'id', 'repeated-id'],
      [8, 'id', 'conflict'],
      [9, 'department', 'unknown-department'],
      [9, 'idPrefix', 'bad-field'],
      [9, 'devEui', 'bad-field'],
      [9, 'count', 'bad-field'],
      [9, 'expiresInDays', 'bad-field'],
      [10, 'count', 'bad-field'],
    ]);
    expect(body.faults[0].detail).toContain("did you mean 'smart-lamppost'?");
    expect(await claims()).toEqual([]);
  });

  it('are prepared, and their codes are a table that is shown once and works', async () => {
    const { body } = await send(FILE);
    expect(body).toMatchObject({ rows: 8, valid: 3, created: 5 });
    const [header, ...labels] = (body.labels as string).trim().split(/\r?\n/);
    expect(header).toMatch(/^code,device,kind,/);
    expect(labels).toHaveLength(5);
    expect(labels.filter((label) => label.includes(',LP-'))).toHaveLength(3);
    expect(await claims()).toHaveLength(5);
    const code = labels.find((label) => label.includes('GF9001'))!.split(',')[0]!;
    expect(JSON.stringify(await claims())).not.toContain(code);
    const redeemed = await api.ask('POST', '/v1/claims/redeem', { body: { code, latitude: 22.28, longitude: 114.15 } });
    expect(redeemed).toMatchObject({ status: 201, body: { id: 'GF9001', department: 'hyd' } });
  });

  it('are limited to the departments of the caller, and in number', async () => {
    const theirs = await keyFor(api, 'engineer', ['epd']);
    expect((await send(FILE, '?dryRun=true', theirs)).body).toMatchObject({ valid: 0 });
    expect((await send(FILE, '', await keyFor(api, 'viewer', null))).status).toBe(403);
    const many = `kind,count\n${'smart-lamppost,1000\n'.repeat(6)}`;
    const { body } = await send(many, '?dryRun=true');
    expect(body).toMatchObject({ valid: 5, faults: [{ row: 7, column: 'count' }] });
  });

  it('say what is wrong with a header, and take nothing but CSV', async () => {
    const { body } = await send('kind,colour\nsmart-lamppost,red\n');
    expect(body).toMatchObject({ created: 0, faults: [{ row: 1, column: 'colour', code: 'bad-column' }] });
    expect((await api.ask('POST', '/v1/claims/import', { body: {} })).status).toBe(415);
  });
});
