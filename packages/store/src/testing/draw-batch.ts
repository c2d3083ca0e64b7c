import { type Labels, labelsFrom, type SeriesBatch, type TenantId } from "@basalt/model";

/** A row as a test writes it: `{ "main;work": 5 }` are stacks, root first, and values. */
export interface DrawnRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: Readonly<Record<string, number | bigint>>;
  /** Span of each stack, where it has one. */
  readonly spans?: Readonly<Record<string, bigint>>;
}

/** A batch as a test writes it. */
export interface DrawnBatch {
  readonly tenant: string;
  readonly service: string;
  readonly timeNanos: bigint;
  /** Number that becomes the profile id. */
  readonly id: number;
  readonly rows: readonly DrawnRow[];
}

/** The labels of a drawn row. */
export function drawnLabels(batch: DrawnBatch, row: DrawnRow): Labels {
  return labelsFrom({ service_name: batch.service, ...row.labels });
}

/** Sixteen bytes that look like a hash. */
export function drawnProfileId(id: number): Uint8Array {
  const bytes = new Uint8Array(16);
  let state = (id * 2654435761 + 1) >>> 0;
  for (let i = 0; i < 16; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Makes the columns of a drawn batch: each row has samples of its own. */
export function drawBatch(drawn: DrawnBatch): SeriesBatch {
  const names = [...new Set(drawn.rows.flatMap(({ samples }) => Object.keys(samples).flatMap(framesOf)))];
  const stacks = drawn.rows.flatMap(({ samples }) => Object.keys(samples).map(framesOf));
  const texts = ["", ...names].map((text) => new TextEncoder().encode(text));
  const values = drawn.rows.flatMap(({ samples }) => Object.values(samples));
  const spans = drawn.rows.flatMap((row) => Object.keys(row.samples).map((stack) => row.spans?.[stack] ?? 0n));
  let sampleEnd = 0;
  const rows = drawn.rows.map((row) => {
    const sampleStart = sampleEnd;
    sampleEnd += Object.keys(row.samples).length;
    return { labels: drawnLabels(drawn, row), valueColumn: 0, sampleStart, sampleEnd };
  });
  const count = names.length;
  const ids = Uint32Array.from({ length: count }, (_, i) => i + 1);
  const zeros = new Uint32Array(count);
  return {
    tenant: drawn.tenant as TenantId,
    service: drawn.service,
    profileId: drawnProfileId(drawn.id),
    timeNanos: drawn.timeNanos,
    durationNanos: 10_000_000_000n,
    period: BigInt(drawn.id),
    rows,
    stringBytes: Buffer.concat(texts),
    stringCount: texts.length,
    stringStart: startsOf(texts).subarray(0, texts.length),
    stringLength: Uint32Array.from(texts, (text) => text.length),
    functionCount: count,
    functionName: ids,
    functionSystemName: ids,
    functionFilename: zeros,
    functionStartLine: zeros,
    mappingCount: 0,
    mappingStart: new BigUint64Array(),
    mappingLimit: new BigUint64Array(),
    mappingOffset: new BigUint64Array(),
    mappingFilename: new Uint32Array(),
    mappingBuildId: new Uint32Array(),
    mappingFlags: new Uint8Array(),
    locationCount: count,
    locationMapping: zeros,
    locationAddressLow: zeros,
    locationAddressHigh: zeros,
    locationIsFolded: new Uint8Array(count),
    locationLineStart: Uint32Array.from({ length: count + 1 }, (_, i) => i),
    lineCount: count,
    lineFunction: ids,
    lineNumber: Uint32Array.from(names, (name) => name.length),
    sampleCount: stacks.length,
    stackStart: startsOf(stacks),
    stackLocation: Uint32Array.from(stacks.flatMap((frames) => frames.toReversed().map((name) => names.indexOf(name)))),
    sampleTypeCount: 1,
    values: values.some((value) => typeof value === "bigint")
      ? BigInt64Array.from(values, BigInt)
      : Float64Array.from(values, Number),
    ...(spans.some((span) => span !== 0n) ? { spanId: BigUint64Array.from(spans) } : {}),
  };
}

function framesOf(stack: string): string[] {
  return stack === "" ? [] : stack.split(";");
}

function startsOf(parts: readonly { readonly length: number }[]): Uint32Array {
  const starts = new Uint32Array(parts.length + 1);
  for (const [i, part] of parts.entries()) starts[i + 1] = (starts[i] as number) + part.length;
  return starts;
}
