export interface VisibleRows {
  /** First row to draw, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Rows drawn above and below what is seen, so that a scroll shows no hole. */
const SPARE = 8;

/** Which rows of equal height are in sight: the others are only room, however many there are. */
export function visibleRows(scrollTop: number, height: number, rowHeight: number, count: number): VisibleRows {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - SPARE;
  const last = Math.ceil((Math.max(0, scrollTop) + height) / rowHeight) + SPARE;
  const to = Math.min(count, Math.max(0, last));
  return { from: Math.min(to, Math.max(0, first)), to };
}
