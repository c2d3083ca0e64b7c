import { bitWidth } from "../bytes/bit-width.ts";
import { ByteBuffer } from "../bytes/byte-buffer.ts";
import type { Leaf } from "../format/leaf.ts";
import { HybridWriter } from "./hybrid.ts";
import type { LeafLayout, PageSpan } from "./page-spans.ts";

/** Levels of one page as they stand in a data page v2, and how many places they speak of. */
export interface PageLevels {
  readonly bytes: Uint8Array;
  readonly repetitionLength: number;
  readonly definitionLength: number;
  /** Values, missing ones and empty lists. */
  readonly placeCount: number;
  readonly nullCount: number;
}

const noBytes = new Uint8Array(0);

/** Writes the repetition and definition levels of one page of a leaf with at most one repeated ancestor. */
export function pageLevels(leaf: Leaf, layout: LeafLayout, span: PageSpan): PageLevels {
  const { starts, present } = layout;
  const valueCount = span.valueEnd - span.valueStart;
  if (leaf.maxDefinition === 0) {
    return { bytes: noBytes, repetitionLength: 0, definitionLength: 0, placeCount: valueCount, nullCount: 0 };
  }
  const out = new ByteBuffer(64);
  const repetitions = starts === undefined ? 0 : writeRepetitions(out, starts, span);
  const repetitionLength = out.length;
  const definitions = new HybridWriter(out, bitWidth(leaf.maxDefinition));
  let placeCount = span.slotEnd - span.slotStart;
  if (starts === undefined || repetitions === placeCount) {
    writeSlots(definitions, leaf, present, { start: span.slotStart, end: span.slotEnd });
  } else {
    placeCount = repetitions;
    const base = starts[0] as number;
    for (let row = span.rowStart; row < span.rowEnd; row++) {
      const start = (starts[row] as number) - base;
      const end = (starts[row + 1] as number) - base;
      if (start === end) definitions.run(leaf.elementDefinition - 1, 1);
      else writeSlots(definitions, leaf, present, { start, end });
    }
  }
  definitions.end();
  return {
    bytes: out.copy(),
    repetitionLength,
    definitionLength: out.length - repetitionLength,
    placeCount,
    nullCount: placeCount - valueCount,
  };
}

/** 0 begins a row, 1 goes on with it. Returns the number of places: elements and empty rows. */
function writeRepetitions(out: ByteBuffer, starts: Uint32Array, span: PageSpan): number {
  const writer = new HybridWriter(out, 1);
  let places = 0;
  for (let row = span.rowStart; row < span.rowEnd; row++) {
    const count = Math.max(1, (starts[row + 1] as number) - (starts[row] as number));
    writer.run(0, 1);
    if (count > 1) writer.run(1, count - 1);
    places += count;
  }
  writer.end();
  return places;
}

function writeSlots(
  writer: HybridWriter,
  leaf: Leaf,
  present: Uint8Array | undefined,
  range: { start: number; end: number },
): void {
  if (present === undefined) {
    writer.run(leaf.maxDefinition, range.end - range.start);
    return;
  }
  for (let i = range.start; i < range.end; ) {
    const flag = present[i];
    let end = i + 1;
    while (end < range.end && present[end] === flag) end++;
    writer.run(flag === 0 ? leaf.maxDefinition - 1 : leaf.maxDefinition, end - i);
    i = end;
  }
}
