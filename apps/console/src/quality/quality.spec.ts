import { readQualitySearch } from './quality-search';
import { visibleRows } from './visible-rows';

describe('the address of the data quality', () => {
  it.each([
    [{}, {}],
    [
      { kind: 'litter-bin', grade: 'poor', district: 'A' },
      { kind: 'litter-bin', grade: 'poor', district: 'A' },
    ],
    [{ grade: 'excellent', department: '' }, {}],
  ])('%j is read as %j', (search, read) => {
    expect(readQualitySearch(search)).toEqual(read);
  });
});

describe('the rows in sight', () => {
  it('are those of the window and a few around it', () => {
    expect(visibleRows(4_000, 400, 40, 100_000)).toEqual({ from: 92, to: 118 });
  });

  it('begin and end with the table', () => {
    expect(visibleRows(0, 400, 40, 5)).toEqual({ from: 0, to: 5 });
    expect(visibleRows(0, 400, 40, 100)).toEqual({ from: 0, to: 18 });
    expect(visibleRows(-80, 400, 40, 100)).toEqual({ from: 0, to: 18 });
  });

  it('are none of a table that has become shorter than it was scrolled', () => {
    expect(visibleRows(40_000, 400, 40, 10)).toEqual({ from: 10, to: 10 });
    expect(visibleRows(0, 400, 40, 0)).toEqual({ from: 0, to: 0 });
  });
});
