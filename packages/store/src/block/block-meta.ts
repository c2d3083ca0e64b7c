import {
  BasaltError,
  type BlockId,
  type ProducerId,
  parseBlockId,
  parseTenantId,
  type TenantId,
  type TimeRange,
  type UnixNano,
} from "@basalt/model";
import type { SampleIdColumns } from "./block-schema.ts";

/** Version that this program writes, and the oldest reader that understands it. */
export const blockFormatVersion = 1;
export const blockReaderVersion = 1;

/** 64 MiB of JSON: 400,000 services. */
const metaBytesMax = 64 * 1024 * 1024;

/** An aligned window, [start, end). */
export interface BlockWindow {
  readonly start: UnixNano;
  readonly end: UnixNano;
}

/** One service of a block: how many rows of each file are its own. Its rows follow those of the partition before. */
export interface BlockPartition {
  readonly service: string;
  readonly series: number;
  readonly rows: number;
  readonly samples: number;
  readonly functions: number;
  readonly mappings: number;
  readonly locations: number;
  readonly stacktraces: number;
}

/** A file of a block. */
export interface BlockFile {
  readonly name: string;
  readonly bytes: number;
  /** CRC-32 of the whole file; its pages carry their own. */
  readonly crc32: number;
}

/** What a block was made of: a segment's part of one 15-min window, or a block, which has one window. */
export interface SourcePart {
  readonly id: BlockId;
  readonly windowStart: UnixNano;
}

/** A map key, and an order, of source parts. */
export function sourceKey({ id, windowStart }: SourcePart): string {
  return `${id}/${windowStart}`;
}

/** What a block, or one part of a segment, says of itself: `meta.json`. */
export interface BlockMeta {
  readonly id: BlockId;
  readonly tenant: TenantId;
  readonly producer: ProducerId;
  readonly window: BlockWindow;
  /** First and last profile time. */
  readonly range: TimeRange;
  /** Parts of segments and blocks whose rows it holds, and all that those held: sorted by {@link sourceKey}. */
  readonly sources: readonly SourcePart[];
  readonly sampleIds: SampleIdColumns;
  readonly partitions: readonly BlockPartition[];
  readonly files: readonly BlockFile[];
}

/** Memory of a meta, for the accounts of caches: its objects, and its text at a byte a character. */
export function metaMemoryBytes({ partitions, files, sources }: BlockMeta): number {
  let bytes = 600 + files.length * 120 + sources.length * 140;
  for (const { service } of partitions) bytes += 140 + service.length;
  return bytes;
}

/** Sums of a block's partitions. */
export function blockTotals(meta: BlockMeta): {
  readonly series: number;
  readonly rows: number;
  readonly samples: number;
} {
  const totals = { series: 0, rows: 0, samples: 0 };
  for (const { series, rows, samples } of meta.partitions) {
    totals.series += series;
    totals.rows += rows;
    totals.samples += samples;
  }
  return totals;
}

/** Bytes of all files of a block. */
export function blockBytes(meta: BlockMeta): number {
  return meta.files.reduce((sum, file) => sum + file.bytes, 0);
}

/** The JSON of `meta.json`: nanoseconds are decimal strings, counts of partitions are columns. */
export function metaToJson(meta: BlockMeta): Record<string, unknown> {
  const column = (name: keyof BlockPartition): unknown[] => meta.partitions.map((partition) => partition[name]);
  return {
    formatVersion: blockFormatVersion,
    minReaderVersion: blockReaderVersion,
    id: meta.id,
    tenant: meta.tenant,
    producer: meta.producer,
    compactionLevel: 0,
    window: { start: String(meta.window.start), end: String(meta.window.end) },
    range: { start: String(meta.range.start), end: String(meta.range.end) },
    sources: {
      id: meta.sources.map(({ id }) => id),
      windowStart: meta.sources.map(({ windowStart }) => String(windowStart)),
    },
    sampleIds: meta.sampleIds,
    totals: blockTotals(meta),
    partitions: Object.fromEntries(partitionColumns.map((name) => [name, column(name)])),
    files: meta.files,
  };
}

const partitionColumns = [
  "service",
  "series",
  "rows",
  "samples",
  "functions",
  "mappings",
  "locations",
  "stacktraces",
] as const;

/** Bytes of `meta.json`. */
export function encodeMeta(meta: BlockMeta): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(metaToJson(meta))}\n`);
}

/**
 * Reads `meta.json`.
 *
 * @throws BasaltError `block_version` if a newer reader is needed, `block_corrupt` if it is none.
 */
export function decodeMeta(bytes: Uint8Array): BlockMeta {
  if (bytes.length > metaBytesMax) corrupt(`${bytes.length} bytes are too long`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new BasaltError("block_corrupt", "meta.json of a block is not JSON", { cause: error });
  }
  return metaFromJson(json);
}

/** As {@link decodeMeta}, from parsed JSON. */
export function metaFromJson(json: unknown): BlockMeta {
  const root = new Fields(json, "meta.json");
  const needed = root.count("minReaderVersion");
  if (needed > blockFormatVersion) {
    throw new BasaltError(
      "block_version",
      `block needs a reader of version ${needed}; this program reads ${blockFormatVersion}`,
    );
  }
  const id = parseBlockId(root.text("id")) ?? corrupt("id is no ULID");
  const window = root.object("window");
  const range = root.object("range");
  const sampleIds = root.object("sampleIds");
  return {
    id,
    tenant: parseTenantId(root.text("tenant")),
    producer: root.text("producer") as ProducerId,
    window: { start: window.nanos("start"), end: window.nanos("end") },
    range: { start: range.nanos("start"), end: range.nanos("end") },
    sources: sourcesFrom(root.object("sources")),
    sampleIds: { spans: sampleIds.flag("spans"), traces: sampleIds.flag("traces") },
    partitions: partitionsFrom(root.object("partitions")),
    files: root.list("files").map((file) => {
      const fields = new Fields(file, "files");
      return { name: fields.text("name"), bytes: fields.count("bytes"), crc32: fields.count("crc32") };
    }),
  };
}

function sourcesFrom(columns: Fields): SourcePart[] {
  return columns.list("id").map((id, index) => ({
    id: parseBlockId(String(id)) ?? corrupt("a source is no ULID"),
    windowStart: columns.nanosAt("windowStart", index),
  }));
}

function partitionsFrom(columns: Fields): BlockPartition[] {
  return columns.list("service").map((service, index) => {
    const count = (name: string): number => columns.countAt(name, index);
    return {
      service: String(service),
      series: count("series"),
      rows: count("rows"),
      samples: count("samples"),
      functions: count("functions"),
      mappings: count("mappings"),
      locations: count("locations"),
      stacktraces: count("stacktraces"),
    };
  });
}

/** Reads fields of a JSON object that may be anything. */
class Fields {
  private readonly fields: Readonly<Record<string, unknown>>;
  private readonly what: string;

  constructor(json: unknown, what: string) {
    if (typeof json !== "object" || json === null) corrupt(`${what} is no object`);
    this.fields = json as Record<string, unknown>;
    this.what = what;
  }

  text(name: string): string {
    const value = this.fields[name];
    return typeof value === "string" ? value : corrupt(`${this.what}.${name} is no text`);
  }

  count(name: string): number {
    return asCount(this.fields[name], `${this.what}.${name}`);
  }

  countAt(name: string, index: number): number {
    return asCount(this.list(name)[index], `${this.what}.${name}[${index}]`);
  }

  flag(name: string): boolean {
    return this.fields[name] === true;
  }

  nanos(name: string): UnixNano {
    return asNanos(this.fields[name], `${this.what}.${name}`);
  }

  nanosAt(name: string, index: number): UnixNano {
    return asNanos(this.list(name)[index], `${this.what}.${name}[${index}]`);
  }

  list(name: string): readonly unknown[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value : corrupt(`${this.what}.${name} is no list`);
  }

  object(name: string): Fields {
    return new Fields(this.fields[name], `${this.what}.${name}`);
  }
}

function asNanos(value: unknown, what: string): UnixNano {
  return typeof value === "string" && /^-?\d{1,19}$/.test(value) ? BigInt(value) : corrupt(`${what} is no time`);
}

function asCount(value: unknown, what: string): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : corrupt(`${what} is no count`);
}

function corrupt(reason: string): never {
  throw new BasaltError("block_corrupt", `block meta: ${reason}`);
}
