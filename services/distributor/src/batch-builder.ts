import type { BatchRow, Label, Labels, ProfileColumns, SeriesBatch, TenantId, UnixNano } from "@basalt/model";
import { labelNames, profileTypeLabels, sortLabels, stringAt } from "@basalt/model";
import type { SampleGroup, SplitSamples } from "./split.ts";

/** What a batch is built from besides the decoded profile. */
export interface BatchParts {
  readonly tenant: TenantId;
  readonly service: string;
  readonly profileId: Uint8Array;
  readonly timeNanos: UnixNano;
  /** Of the profile's series, normalised; the labels of each group and type come on top. */
  readonly labels: Labels;
  readonly split: SplitSamples;
}

/** Label names that only the store writes; those that a sample brings are left out. */
export const reservedSampleLabels: readonly string[] = [
  labelNames.name,
  labelNames.profileType,
  labelNames.service,
  labelNames.privateService,
  labelNames.type,
  labelNames.unit,
  labelNames.periodType,
  labelNames.periodUnit,
  labelNames.delta,
  labelNames.session,
];

/**
 * One batch of one profile: a row for each group of samples and sample type in which some value is not 0. There are no
 * rows if there is no such value.
 */
export function buildBatch(columns: ProfileColumns, parts: BatchParts): SeriesBatch {
  const { split } = parts;
  const { stackStart, stackLocation, values } = split.order === undefined ? columns : reorder(columns, split.order);
  const { spanId, traceId } = split;
  return {
    ...columns,
    stackStart,
    stackLocation,
    values,
    tenant: parts.tenant,
    service: parts.service,
    profileId: parts.profileId,
    timeNanos: parts.timeNanos,
    rows: rowsOf(columns, parts),
    ...(spanId === undefined ? {} : { spanId }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

function rowsOf(columns: ProfileColumns, parts: BatchParts): readonly BatchRow[] {
  const rows: BatchRow[] = [];
  const name = parts.labels.find((label) => label.name === labelNames.name)?.value ?? "";
  const periodType = stringAt(columns, columns.periodTypeName);
  const periodUnit = stringAt(columns, columns.periodTypeUnit);
  const service: Label = { name: labelNames.privateService, value: parts.service };
  for (let column = 0; column < columns.sampleTypeCount; column++) {
    const sampleType = stringAt(columns, columns.sampleTypeName[column] ?? 0);
    const sampleUnit = stringAt(columns, columns.sampleTypeUnit[column] ?? 0);
    const typed = profileTypeLabels({ name, sampleType, sampleUnit, periodType, periodUnit });
    const base = [...parts.labels.filter((label) => label.name !== labelNames.name), ...typed, service];
    for (const group of parts.split.groups) {
      if (isZero(columns, column, group, parts.split.order)) continue;
      const labels = sortLabels([...base, ...group.labels]);
      rows.push({ labels, valueColumn: column, sampleStart: group.sampleStart, sampleEnd: group.sampleEnd });
    }
  }
  return rows;
}

/** Whether a type has no value in a group. As a rule the first sample tells. */
function isZero(columns: ProfileColumns, column: number, group: SampleGroup, order: Uint32Array | undefined): boolean {
  const { values, sampleTypeCount } = columns;
  for (let i = group.sampleStart; i < group.sampleEnd; i++) {
    const sample = order === undefined ? i : (order[i] ?? 0);
    // Of a double or of a bigint: both are false when they are 0.
    if (values[sample * sampleTypeCount + column]) return false;
  }
  return true;
}

type Moved = Pick<SeriesBatch, "stackStart" | "stackLocation" | "values">;

/** Brings stacks and values into a new order of samples. */
function reorder(columns: ProfileColumns, order: Uint32Array): Moved {
  const { sampleCount, sampleTypeCount, stackStart, stackLocation } = columns;
  const moved = new Uint32Array(stackStart[sampleCount] ?? 0);
  const starts = new Uint32Array(sampleCount + 1);
  let length = 0;
  for (let sample = 0; sample < sampleCount; sample++) {
    const from = order[sample] ?? 0;
    const stack = stackLocation.subarray(stackStart[from] ?? 0, stackStart[from + 1] ?? 0);
    moved.set(stack, length);
    length += stack.length;
    starts[sample + 1] = length;
  }
  const values = columns.values instanceof BigInt64Array ? new BigInt64Array(sampleCount * sampleTypeCount) : undefined;
  if (values !== undefined) {
    moveValues(columns.values as BigInt64Array, values, order, sampleTypeCount);
    return { stackStart: starts, stackLocation: moved, values };
  }
  const floats = new Float64Array(sampleCount * sampleTypeCount);
  moveValues(columns.values as Float64Array, floats, order, sampleTypeCount);
  return { stackStart: starts, stackLocation: moved, values: floats };
}

function moveValues<T extends Float64Array | BigInt64Array>(from: T, to: T, order: Uint32Array, width: number): void {
  for (let sample = 0; sample < order.length; sample++) {
    const source = (order[sample] ?? 0) * width;
    for (let column = 0; column < width; column++) to[sample * width + column] = from[source + column] as never;
  }
}
