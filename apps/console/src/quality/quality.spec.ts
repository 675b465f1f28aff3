import { readQualitySearch } from './quality-search';
import { withTitle } from './reason-text';
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

describe('why a device has not all points', () => {
  it.each([
    ["'pm25' jumped away and back 4 times.", 'pm25', 'PM2.5', "'PM2.5' jumped away and back 4 times."],
    ['「rssi」連續 37 個讀數停在 -128。', 'rssi', '訊號強度 ($&)', '「訊號強度 ($&)」連續 37 個讀數停在 -128。'],
    ['“novel”有 4 次突跳后复原。', 'novel', undefined, '“novel”有 4 次突跳后复原。'],
    ['A gap of 90 s.', undefined, undefined, 'A gap of 90 s.'],
  ])('%s about %s reads with its title %s', (text, metric, title, shown) => {
    expect(withTitle(text, metric, title)).toBe(shown);
  });
});
