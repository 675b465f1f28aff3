import { checkDeviceType } from './check-definition.js';

const sound = {
  id: 'acme-th-1',
  vendor: 'Acme',
  model: 'TH',
  version: '1',
  kind: 'lpwan-node',
  fields: { temperature: { source: 'air.t', unit: '[degF]' }, battery: '/battery' },
};

const faultsOf = (change: object): Record<string, string> =>
  Object.fromEntries(
    (checkDeviceType({ definition: { ...sound, ...change }, script: null, examples: [] }).faults ?? []).map(
      ({ pointer, detail }) => [pointer, detail],
    ),
  );

describe('a definition', () => {
  it('becomes a device type with everything looked up', () => {
    const { type } = checkDeviceType({ definition: sound, script: 'x', examples: [] });
    expect(type?.kind.name).toBe('lpwan-node');
    expect(type?.fields).toMatchObject([
      { metric: 'temperature', path: ['air', 't'], pointer: '/air/t', type: 'number' },
      { metric: 'battery', path: ['battery'], conversion: { factor: 1, offset: 0 } },
    ]);
    expect(type?.fields?.[0]?.conversion.factor).toBeCloseTo(5 / 9, 10);
  });

  it('has another revision when its script is another', () => {
    const revision = (script: string) => checkDeviceType({ definition: sound, script, examples: [] }).type?.revision;
    expect(revision('a')).not.toBe(revision('b'));
    expect(revision('a')).toBe(revision('a'));
  });

  it('lists all its faults at once', () => {
    const faults = faultsOf({ id: 'Acme TH', vendor: '', kind: 'lpwan-nod', ports: [], colour: 'red', intervalMs: 1 });
    expect(Object.keys(faults).sort()).toEqual(['/colour', '/id', '/intervalMs', '/kind', '/ports', '/vendor']);
    expect(faults['/kind']).toBe("there is no kind 'lpwan-nod'; did you mean 'lpwan-node'?");
  });

  it.each([
    [{ temprature: 't' }, '/fields/temprature', "'lpwan-node' has no metric 'temprature'; did you mean 'temperature'?"],
    [
      { temperature: { source: 't', unit: 'degC' } },
      '/fields/temperature/unit',
      "'degC' is not a UCUM unit; did you mean 'Cel'?",
    ],
    [
      { temperature: { source: 't', unit: 'mV' } },
      '/fields/temperature/unit',
      "'mV' cannot be converted to 'Cel'; name the unit of the field, or bring it there with scale and offset: 'temperature' is in 'Cel'",
    ],
    [
      { temperature: { source: '/t//' } },
      '/fields/temperature/source',
      "'/t//' is neither a pointer (/air/temperature) nor a path (air.temperature)",
    ],
    [{ temperature: { source: 't', scale: 0 } }, '/fields/temperature/scale', 'must be a number other than 0, it is 0'],
    [
      { temperature: { source: 't', units: 'Cel' } },
      '/fields/temperature/units',
      "is not known here; did you mean 'unit'?",
    ],
    [{ temperature: 5 }, '/fields/temperature', 'must be an object, it is 5'],
    [{}, '/fields', 'must name at least one metric, or be left out'],
  ])('refuses fields %j', (fields, pointer, detail) => {
    expect(faultsOf({ fields })).toEqual({ [pointer]: detail });
  });

  it('refuses values that are not of the metric', () => {
    const faults = faultsOf({ kind: 'litter-bin', fields: { overturned: { source: 's', values: { tilt: 'yes' } } } });
    expect(faults).toEqual({ '/fields/overturned/values/tilt': "'overturned' is true or false" });
  });

  it.each<[object, string, RegExp]>([
    [{ records: 'history' }, '/records', /needs time/],
    [{ records: [], time: { source: 't', format: 's' } }, '/records', /list of 1 to 8/],
    [{ records: ['a', '/b//'], time: { source: 't', format: 's' } }, '/records/1', /must be a pointer/],
    [{ records: 5, time: { source: 't', format: 's' } }, '/records', /must be a pointer/],
    [{ records: ['', 'a'], fields: undefined, time: { source: 't', format: 's' } }, '/records', /needs fields/],
    [{ time: { source: 't', format: 'days' } }, '/time/format', /'age'/],
    [{ time: { source: 't', format: 'age' } }, '/time/unit', /ms, s, min, h, d/],
    [{ time: { source: 't', format: 'age', unit: 'toString' } }, '/time/unit', /ms, s, min, h, d/],
    [{ time: { source: 't', format: 'age', unit: 's', toleranceMs: -1 } }, '/time/toleranceMs', /whole milliseconds/],
    [{ time: { source: 't', format: 's', unit: 's' } }, '/time/unit', /not known here/],
  ])('refuses records and times %j', (change, pointer, detail) => {
    expect(faultsOf(change)).toEqual({ [pointer]: expect.stringMatching(detail) });
  });

  it.each([[null], ['text'], [[]], [5]])('%j is not one', (definition) => {
    expect(checkDeviceType({ definition, script: null, examples: [] }).faults).toHaveLength(1);
  });
});
