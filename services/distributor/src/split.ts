import type { Label, ProfileColumns } from "@basalt/model";
import { labelsKey, sortLabels, stringAt } from "@basalt/model";

/** Samples of one set of sample labels. */
export interface SampleGroup {
  /** Sorted; they become series labels. */
  readonly labels: readonly Label[];
  /** Its samples are [sampleStart, sampleEnd) in the order of {@link SplitSamples}. */
  readonly sampleStart: number;
  readonly sampleEnd: number;
}

/** A profile's samples brought into groups, one a future series. */
export interface SplitSamples {
  readonly groups: readonly SampleGroup[];
  /** Old index of each sample in the new order; undefined when nothing moved. */
  readonly order?: Uint32Array;
  /** By new order; 0 = none. Absent when no sample has one. */
  readonly spanId?: BigUint64Array;
  /** By new order, 16 bytes each. Absent when no sample has one. */
  readonly traceId?: Uint8Array;
}

/** Sample labels that name a span or a trace: they stay on the sample and never become series labels. */
const spanKeys: ReadonlySet<string> = new Set(["span_id", "profile_id"]);
const traceKey = "trace_id";

/**
 * Groups samples by their labels, less those in `dropped` (the drop-list, and names that the series itself has, which
 * win), whose samples merge so that no value is lost.
 * A profile without sample labels, the common case, costs nothing.
 */
export function splitSamples(columns: ProfileColumns, dropped: ReadonlySet<string>): SplitSamples {
  const { sampleCount, sampleLabelCount } = columns;
  if (sampleLabelCount === 0) return { groups: [{ labels: [], sampleStart: 0, sampleEnd: sampleCount }] };
  const reader = new LabelReader(columns, dropped);
  const groupOf = new Uint32Array(sampleCount);
  const groupLabels: (readonly Label[])[] = [];
  const groupByKey = new Map<string, number>();
  for (let sample = 0; sample < sampleCount; sample++) {
    const key = reader.groupKey(sample);
    let group = groupByKey.get(key);
    if (group === undefined) {
      // Two texts may stand for one set, when a sample names a label twice.
      const labels = reader.groupLabels(sample);
      group = groupByKey.get(labelsKey(labels)) ?? groupLabels.push(labels) - 1;
      groupByKey.set(labelsKey(labels), group);
      groupByKey.set(key, group);
    }
    groupOf[sample] = group;
  }
  const { order, starts } = countingSort(groupOf, groupLabels.length);
  const groups = groupLabels.map((labels, group) => ({
    labels,
    sampleStart: starts[group] ?? 0,
    sampleEnd: starts[group + 1] ?? sampleCount,
  }));
  return { groups, order, ...reader.spansIn(order) };
}

/** A stable order by group, and where each group starts. */
function countingSort(groupOf: Uint32Array, groupCount: number): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(groupCount + 1);
  for (const group of groupOf) starts[group + 1] = (starts[group + 1] ?? 0) + 1;
  for (let group = 0; group < groupCount; group++) starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
  const next = starts.slice();
  const order = new Uint32Array(groupOf.length);
  for (let sample = 0; sample < groupOf.length; sample++) {
    const group = groupOf[sample] ?? 0;
    const at = next[group] ?? 0;
    order[at] = sample;
    next[group] = at + 1;
  }
  return { order, starts };
}

/** Reads the sample labels of one profile; texts are decoded once per string. */
class LabelReader {
  private readonly columns: ProfileColumns;
  private readonly dropped: ReadonlySet<string>;
  private readonly texts: Map<number, string> = new Map();
  private spanId: BigUint64Array | undefined;
  private traceId: Uint8Array | undefined;

  constructor(columns: ProfileColumns, dropped: ReadonlySet<string>) {
    this.columns = columns;
    this.dropped = dropped;
  }

  /** A text equal for samples of one group; also notes the sample's span and trace. */
  groupKey(sample: number): string {
    const { sampleLabelStart, sampleLabelKey, sampleLabelValue } = this.columns;
    const pairs: string[] = [];
    const end = sampleLabelStart[sample + 1] ?? 0;
    for (let i = sampleLabelStart[sample] ?? 0; i < end; i++) {
      const name = this.text(sampleLabelKey[i] ?? 0);
      const valueIndex = sampleLabelValue[i] ?? 0;
      if (spanKeys.has(name)) this.noteSpan(sample, this.text(valueIndex));
      else if (name === traceKey) this.noteTrace(sample, this.text(valueIndex));
      else if (!this.dropped.has(name)) pairs.push(`${name}\xff${this.text(valueIndex)}\xfe`);
    }
    return pairs.length > 1 ? pairs.sort().join("") : (pairs[0] ?? "");
  }

  /** The labels that set a sample's series apart; of one name given twice the first stays. */
  groupLabels(sample: number): readonly Label[] {
    const { sampleLabelStart, sampleLabelKey, sampleLabelValue } = this.columns;
    const byName = new Map<string, Label>();
    const end = sampleLabelStart[sample + 1] ?? 0;
    for (let i = sampleLabelStart[sample] ?? 0; i < end; i++) {
      const name = this.text(sampleLabelKey[i] ?? 0);
      if (name === traceKey || spanKeys.has(name) || this.dropped.has(name) || byName.has(name)) continue;
      byName.set(name, { name, value: this.text(sampleLabelValue[i] ?? 0) });
    }
    return sortLabels(byName.values());
  }

  spansIn(order: Uint32Array): Pick<SplitSamples, "spanId" | "traceId"> {
    const { spanId, traceId } = this;
    const sorted: { spanId?: BigUint64Array; traceId?: Uint8Array } = {};
    if (spanId !== undefined) sorted.spanId = BigUint64Array.from(order, (sample) => spanId[sample] ?? 0n);
    if (traceId !== undefined) {
      const moved = new Uint8Array(order.length * 16);
      for (let i = 0; i < order.length; i++) {
        const from = (order[i] ?? 0) * 16;
        moved.set(traceId.subarray(from, from + 16), i * 16);
      }
      sorted.traceId = moved;
    }
    return sorted;
  }

  private noteSpan(sample: number, hex: string): void {
    if (!/^[0-9a-fA-F]{16}$/.test(hex)) return;
    this.spanId ??= new BigUint64Array(this.columns.sampleCount);
    // Eight raw bytes read little-endian, as Pyroscope stores and matches them.
    this.spanId[sample] = Buffer.from(hex, "hex").readBigUInt64LE(0);
  }

  private noteTrace(sample: number, hex: string): void {
    if (!/^[0-9a-fA-F]{32}$/.test(hex)) return;
    this.traceId ??= new Uint8Array(this.columns.sampleCount * 16);
    this.traceId.set(Buffer.from(hex, "hex"), sample * 16);
  }

  private text(index: number): string {
    let text = this.texts.get(index);
    if (text === undefined) {
      text = stringAt(this.columns, index);
      this.texts.set(index, text);
    }
    return text;
  }
}
