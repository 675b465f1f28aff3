import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { csvCell, csvDocument } from './csv.js';

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1+cmd', '@SUM(A1)', '\tx', '\rx'])('T29 %j is neutralised', (text) => {
    expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true);
  });

  it('T29 negative numbers stay numbers', () => {
    expect(csvCell(-12.5)).toBe('-12.5');
    expect(csvCell(NaN)).toBe('');
  });

  it('T29 whatever the text, the cell comes back whole, and never starts like a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }), (cells) => {
        const [, row] = parse(
          csvDocument(
            cells.map((_, i) => `c${i}`),
            [cells],
          ),
          { relax_column_count: true, skip_empty_lines: false },
        );
        expect(row).toEqual(cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)));
        for (const cell of row!) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});
