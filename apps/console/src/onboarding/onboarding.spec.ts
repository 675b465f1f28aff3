import type { ImportJob } from '../api/imports';
import { faultsAsTable, shareDone, tabSeparated } from './import-figures';
import { readImportSearch } from './import-search';
import { fieldsOf, formulaOf, hexOf, placesOf, readingsOf, stepOf } from './mapping';
import { readTypeFiles } from './type-files';

const job = (change: Partial<ImportJob> = {}): ImportJob => ({
  id: 'a1',
  state: 'checking',
  dryRun: false,
  rows: 0,
  checked: 0,
  valid: 0,
  created: 0,
  faultCount: 0,
  faults: [],
  keys: 'none',
  failure: null,
  startedAt: '2026-11-28T00:00:00.000Z',
  endedAt: null,
  ...change,
});

describe('how far an import is', () => {
  it.each([
    ['unknown while rows are read', job({ checked: 500 }), 10, null],
    ['unknown when nobody counted the sound rows', job({ state: 'registering', created: 5 }), null, null],
    ['a share of the sound rows', job({ state: 'registering', created: 5 }), 10, 0.5],
    ['never more than all', job({ state: 'registering', created: 12 }), 10, 1],
    ['all at its end, whatever was found', job({ state: 'failed', endedAt: '2026-11-28T00:00:01.000Z' }), 10, 1],
  ])('is %s', (_what, state, sound, share) => {
    expect(shareDone(state, sound)).toBe(share);
  });

  it('lists faults so that a cell with breaks does not shift the others', () => {
    const faults = [{ row: 3, column: null, code: 'bad-csv', detail: 'a\tb', actual: 'x\r\ny' }];
    expect(tabSeparated(faultsAsTable(job({ faults })))).toBe('3\t\tbad-csv\ta b\tx y');
  });

  it('is found again by the address, and by nothing else in it', () => {
    expect(readImportSearch({ job: 'a1', more: 1 })).toEqual({ job: 'a1' });
    expect(readImportSearch({ job: '' })).toEqual({});
  });
});

describe('the mapping of a device type', () => {
  it('is read in its short and in its long form', () => {
    expect(fieldsOf({ fields: { emptied: '/n', fill: { source: '/f', unit: '1' } } })).toEqual([
      ['emptied', { source: '/n' }],
      ['fill', { source: '/f', unit: '1' }],
    ]);
    expect(fieldsOf({})).toEqual([]);
  });

  it.each([
    [{ source: 'd', scale: -0.1, offset: 100 }, '%', '× -0.1 + 100'],
    [{ source: 'd', offset: -40 }, '°C', '− 40'],
    [{ source: 'w', unit: 'g' }, 'kg', 'g → kg'],
    [{ source: 't', unit: 'Cel' }, '°C', ''],
    [{ source: 'f', unit: '1' }, '%', '1 → %'],
    [{ source: 'p', values: { tilted: true, upright: false } }, '', 'tilted → true, upright → false'],
  ])('%j into %s reads "%s"', (field, unit, formula) => {
    expect(formulaOf(field, unit)).toBe(formula);
  });

  it.each([
    [undefined, null],
    [0, '1'],
    [2, '0.01'],
    [-1, '10'],
  ])('rounds by %s to steps of %s', (round, step) => {
    expect(stepOf({ source: 'd', ...(round === undefined ? {} : { round }) })).toBe(step);
  });

  it('shows bytes as examples write them', () => {
    expect(hexOf([1, 171])).toBe('01 AB');
    expect(hexOf('6B 00')).toBe('6B 00');
    expect(hexOf(undefined)).toBe('');
  });
});

describe('an uplink with several records', () => {
  it('is looked for in one place or in several, or is one reading', () => {
    expect([placesOf({ records: '' }), placesOf({ records: ['', 'log'] }), placesOf({})]).toEqual([[''], ['', 'log'], []]); // prettier-ignore
  });

  it('has the readings that its example lists, or the only one', () => {
    const readings = [{ time: '2026-05-01T08:00:00Z', values: { flow: 1 } }, { values: { flow: 2 } }];
    expect(readingsOf({ readings })).toEqual(readings);
    expect(readingsOf({ reading: { flow: 3 } })).toEqual([{ values: { flow: 3 } }]);
    expect(readingsOf({ reading: null })).toEqual([]);
    expect(readingsOf(undefined)).toEqual([]);
  });
});

describe('the files of a device type', () => {
  const definition = { name: 'device-type.json', text: '{"id":"a"}' };

  it('are told apart by their names', () => {
    const files = [{ name: 'examples.json', text: '[1]' }, { name: 'codec.js', text: 'f()' }, definition];
    expect(readTypeFiles(files)).toEqual({ type: { definition: { id: 'a' }, script: 'f()', examples: [1] } });
    expect(readTypeFiles([definition])).toEqual({ type: { definition: { id: 'a' }, script: null, examples: [] } });
  });

  it('must hold a definition, and be JSON where they say so', () => {
    expect(readTypeFiles([{ name: 'examples.json', text: '[]' }])).toEqual({ missing: true });
    expect(readTypeFiles([{ name: 'device-type.json', text: '{' }])).toEqual({ notJson: 'device-type.json' });
  });
});
