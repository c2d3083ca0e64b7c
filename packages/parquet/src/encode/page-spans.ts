/** Which rows a page holds. */
export interface PageSpan {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** List elements, or rows where the column is no list, counted from the chunk's first. */
  readonly slotStart: number;
  readonly slotEnd: number;
  /** Values without the missing ones. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** How the values of a chunk lie in its rows. */
export interface LeafLayout {
  readonly rowCount: number;
  /** Elements of row r are [starts[r], starts[r + 1]) less starts[0]; undefined if every row has one place. */
  readonly starts: Uint32Array | undefined;
  /** 1 per slot that has a value; undefined if all have. */
  readonly present: Uint8Array | undefined;
  readonly slotCount: number;
  readonly valueCount: number;
}

/** Rows of a page at most, also if they are all empty: levels take bytes too. */
const pageRowsMax = 131_072;

/** Cuts a chunk into pages that end with the row that reaches `slotsMax` slots. */
export function pageSpans(layout: LeafLayout, slotsMax: number): PageSpan[] {
  const { rowCount, starts, present } = layout;
  const spans: PageSpan[] = [];
  let valueStart = 0;
  for (let rowStart = 0; rowStart < rowCount; ) {
    const slotStart = slotAt(starts, rowStart);
    const rowEnd = endOfPage(layout, rowStart, slotStart + slotsMax);
    const slotEnd = slotAt(starts, rowEnd);
    const valueEnd =
      valueStart + (present === undefined ? slotEnd - slotStart : countOnes(present, slotStart, slotEnd));
    spans.push({ rowStart, rowEnd, slotStart, slotEnd, valueStart, valueEnd });
    rowStart = rowEnd;
    valueStart = valueEnd;
  }
  return spans;
}

function slotAt(starts: Uint32Array | undefined, row: number): number {
  return starts === undefined ? row : (starts[row] as number) - (starts[0] as number);
}

function endOfPage(layout: LeafLayout, rowStart: number, slotLimit: number): number {
  const { rowCount, starts } = layout;
  const rowLimit = Math.min(rowCount, rowStart + pageRowsMax);
  if (starts === undefined) return Math.min(rowLimit, slotLimit);
  let row = rowStart + 1;
  while (row < rowLimit && slotAt(starts, row) < slotLimit) row++;
  return row;
}

export function countOnes(flags: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) count += flags[i] as number;
  return count;
}
