import type { PprofSource } from "./encode.ts";
import { profileField } from "./tables.ts";
import type { UsedSymbols } from "./used-symbols.ts";
import {
  fieldBytesMax,
  fieldSize,
  highLane,
  lowLane,
  varintSize,
  varintSize64,
  type WireWriter,
} from "./wire-writer.ts";

/** Writes messages `Sample`: packed location ids (1), packed values (2), text labels (3). */
export function writeSamples(writer: WireWriter, source: PprofSource, used: UsedSymbols): void {
  const lanes = new ValueLanes(source);
  for (let i = 0; i < source.sampleCount; i++) {
    const frames = { start: source.stackStart[i] ?? 0, end: source.stackStart[i + 1] ?? 0 };
    lanes.read(i);
    let frameBytes = 0;
    for (let j = frames.start; j < frames.end; j++) {
      frameBytes += varintSize(used.locations[source.stackLocation[j] as number] as number);
    }
    const labelBytes = labelsSize(source, used, i);
    const size = packedSize(frameBytes) + packedSize(lanes.size) + labelBytes;
    writer.reserve(size + 4 * fieldBytesMax);
    writer.head(profileField.sample * 8 + 2, size);
    if (frameBytes > 0) writer.head(10, frameBytes);
    for (let j = frames.start; j < frames.end; j++) {
      writer.varint(used.locations[source.stackLocation[j] as number] as number);
    }
    lanes.write(writer);
    if (labelBytes > 0) writeLabels(writer, source, { used, sample: i });
  }
}

function packedSize(bytes: number): number {
  return bytes === 0 ? 0 : 1 + varintSize(bytes) + bytes;
}

/** The values of one sample as lanes of 64 bits. */
class ValueLanes {
  /** Bytes of the packed values. */
  size = 0;
  private readonly source: PprofSource;
  private readonly low: Int32Array;
  private readonly high: Int32Array;

  constructor(source: PprofSource) {
    this.source = source;
    this.low = new Int32Array(source.sampleTypeCount);
    this.high = new Int32Array(source.sampleTypeCount);
  }

  read(sample: number): void {
    const { values, sampleTypeCount } = this.source;
    const start = sample * sampleTypeCount;
    this.size = 0;
    for (let t = 0; t < sampleTypeCount; t++) {
      const value = values[start + t] as number | bigint;
      const low = typeof value === "bigint" ? lowLane(value) : value | 0;
      const high = typeof value === "bigint" ? highLane(value) : Math.floor(value / 2 ** 32);
      this.low[t] = low;
      this.high[t] = high;
      this.size += varintSize64(low, high);
    }
  }

  write(writer: WireWriter): void {
    if (this.size === 0) return;
    writer.head(18, this.size);
    for (let t = 0; t < this.low.length; t++) writer.varint64(this.low[t] ?? 0, this.high[t] ?? 0);
  }
}

/** Bytes of the labels of a sample, each with its head. */
function labelsSize(source: PprofSource, used: UsedSymbols, sample: number): number {
  const { sampleLabelStart, sampleLabelKey, sampleLabelValue } = source;
  if (sampleLabelStart === undefined || sampleLabelKey === undefined || sampleLabelValue === undefined) return 0;
  let size = 0;
  for (let i = sampleLabelStart[sample] ?? 0; i < (sampleLabelStart[sample + 1] ?? 0); i++) {
    size += packedSize(labelSize(used, sampleLabelKey[i] ?? 0, sampleLabelValue[i] ?? 0));
  }
  return size;
}

function labelSize(used: UsedSymbols, key: number, value: number): number {
  return fieldSize(used.strings[key] ?? 0) + fieldSize(used.strings[value] ?? 0);
}

function writeLabels(
  writer: WireWriter,
  source: PprofSource,
  of: { readonly used: UsedSymbols; readonly sample: number },
): void {
  const { sampleLabelStart, sampleLabelKey, sampleLabelValue } = source;
  if (sampleLabelStart === undefined || sampleLabelKey === undefined || sampleLabelValue === undefined) return;
  const { used, sample } = of;
  for (let i = sampleLabelStart[sample] ?? 0; i < (sampleLabelStart[sample + 1] ?? 0); i++) {
    const key = sampleLabelKey[i] ?? 0;
    const value = sampleLabelValue[i] ?? 0;
    writer.head(26, labelSize(used, key, value));
    writer.field(8, used.strings[key] ?? 0);
    writer.field(16, used.strings[value] ?? 0);
  }
}
