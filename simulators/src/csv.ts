/**
 * Splits one line of CSV (RFC 4180) into cells. Quoted cells may hold commas and doubled quotes; a line break inside a cell is
 * not supported, because recorded telemetry has none and lines are what can be streamed.
 *
 * @throws Error when a quote is not closed
 */
export function csvCells(line: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let cell = '';
      let close = line.indexOf('"', at + 1);
      while (close >= 0 && line[close + 1] === '"') {
        cell += line.slice(at + 1, close + 1);
        at = close + 1;
        close = line.indexOf('"', at + 1);
      }
      if (close < 0) throw new Error('a quote is not closed');
      cells.push(cell + line.slice(at + 1, close));
      at = close + 1;
    } else {
      const end = line.indexOf(',', at);
      cells.push(line.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? line.length : end;
    }
    if (at >= line.length) return cells;
    at++;
    if (at === line.length) return [...cells, ''];
  }
}
