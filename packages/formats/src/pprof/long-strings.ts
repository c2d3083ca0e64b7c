import type { ProfileColumns } from "@basalt/model";

/** A profile without overlong strings, and how many there were. */
export interface ShortStrings {
  readonly columns: ProfileColumns;
  readonly shortenedCount: number;
}

/**
 * Keeps of every string longer than `bytesMax` (0 = no bound) the last bytes, whole characters of them. A profile without
 * such strings is given back as it is.
 */
export function shortenStrings(columns: ProfileColumns, bytesMax: number): ShortStrings {
  const { stringCount, stringLength } = columns;
  if (bytesMax <= 0) return { columns, shortenedCount: 0 };
  let shortenedCount = 0;
  for (let i = 0; i < stringCount; i++) if ((stringLength[i] as number) > bytesMax) shortenedCount++;
  if (shortenedCount === 0) return { columns, shortenedCount };
  const start = columns.stringStart.slice(0, stringCount);
  const length = stringLength.slice(0, stringCount);
  for (let i = 0; i < stringCount; i++) {
    const overrun = (length[i] ?? 0) - bytesMax;
    if (overrun <= 0) continue;
    const end = (start[i] ?? 0) + (length[i] ?? 0);
    let from = end - bytesMax;
    while (from < end && isContinuation(columns.stringBytes[from] ?? 0)) from++;
    start[i] = from;
    length[i] = end - from;
  }
  return { columns: { ...columns, stringStart: start, stringLength: length }, shortenedCount };
}

/** Whether a byte of UTF-8 is not the first of its character. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
