import { join } from "node:path";
import { flameGraph, flameGraphJson } from "@basalt/calltree";
import { decompress, PprofDecoder } from "@basalt/formats";
import { DecodeScratch, ParquetReader, ParquetWriter, type Schema } from "@basalt/parquet";
import { crc32, Inflater, systemRandom, zstdCodec } from "@basalt/runtime/thread";
import { PathIndex, SymbolPartition } from "@basalt/symdb";
import { loadSeries, readCorpus, repositoryRoot, rotatingBody, type ScheduledPush, schedule } from "@basalt/test-kit";
import { printTable } from "./report.ts";

/** Rounds of each kernel; the best counts, as the others met a busy machine or cold code. */
const rounds = 7;

/** Rows of the load: for each push and sample type its stacks and values, by service. */
interface Rows {
  readonly starts: Uint32Array;
  readonly stackIds: Uint32Array;
  readonly values: Float64Array;
}

const samplesSchema: Schema = [
  {
    kind: "structs",
    name: "samples",
    fields: [
      { name: "stacktrace_id", type: "uint32" },
      { name: "value", type: "int64" },
    ],
  },
];

/** Kernels alone, per core: CPU time of this process, best of some rounds, against what is to be reached. */
export async function runMicro(): Promise<void> {
  const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
  const pushes = [...schedule(loadSeries(corpus), { ticks: 3, tickSeconds: 15, endNanos: 1_795_000_000_000_000_000n })];
  const bodies = pushes.map((push) => rotatingBody(push.profile, push.timeNanos).gzip);
  const intern = internAll(pushes, bodies);
  const rows = rowsOf(pushes, bodies, intern.partitions);
  const segment = await measureParquet(rows, "fast");
  const block = await measureParquet(rows, "small");
  const flame = measureFlame(intern.partitions, rows);
  printTable(
    ["kernel, per core", "measured", "to reach"],
    [
      ["gunzip + decode + intern, profiles/s", intern.perSecond.toFixed(0), "2800"],
      ["Parquet samples written as a segment's, M/s", segment.writtenPerSecond.toFixed(1), "13"],
      ["  as a block's, by trial of encodings", block.writtenPerSecond.toFixed(1), "13"],
      ["Parquet samples read and summed, M/s", block.readPerSecond.toFixed(1), "37"],
      [
        "bytes a sample, segment's and block's",
        `${segment.bytesPerSample.toFixed(2)}; ${block.bytesPerSample.toFixed(2)}`,
        "",
      ],
      ["5 M samples to flame graph JSON, ms", flame.toFixed(1), "50"],
    ],
  );
}

/** CPU seconds of the fastest round. */
function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

interface Interned {
  readonly partitions: ReadonlyMap<string, SymbolPartition>;
  readonly perSecond: number;
}

function internAll(pushes: readonly ScheduledPush[], bodies: readonly Buffer[]): Interned {
  const inflater = new Inflater();
  const decoder = new PprofDecoder();
  const partitions = new Map<string, SymbolPartition>();
  const seconds = fastest(() => {
    for (const [i, push] of pushes.entries()) {
      const raw = decompress(bodies[i] ?? Buffer.alloc(0), 1 << 22, (bytes, max, hint) =>
        inflater.inflate(bytes, max, hint),
      );
      partitionOf(partitions, push).intern(decoder.decode(raw));
    }
  });
  return { partitions, perSecond: pushes.length / seconds };
}

function partitionOf(partitions: Map<string, SymbolPartition>, { series }: ScheduledPush): SymbolPartition {
  let partition = partitions.get(series.service);
  if (partition === undefined) {
    partition = new SymbolPartition(new DataView(systemRandom.bytes(4).buffer).getUint32(0));
    partitions.set(series.service, partition);
  }
  return partition;
}

/** Sorted as blocks are: by service, sample type and pod, so that equal stack lists are neighbours. */
function rowsOf(
  pushes: readonly ScheduledPush[],
  bodies: readonly Buffer[],
  partitions: ReadonlyMap<string, SymbolPartition>,
): Rows {
  const inflater = new Inflater();
  const decoder = new PprofDecoder();
  const sorted: { readonly key: string; readonly pairs: readonly (readonly [stack: number, value: number])[] }[] = [];
  for (const [i, { series, profile }] of pushes.entries()) {
    const raw = decompress(bodies[i] ?? Buffer.alloc(0), 1 << 22, (bytes, max, hint) =>
      inflater.inflate(bytes, max, hint),
    );
    const columns = decoder.decode(raw);
    const stacks = partitions.get(series.service)?.intern(columns) ?? new Uint32Array(0);
    for (let type = 0; type < columns.sampleTypeCount; type++) {
      const sums = new Map<number, number>();
      for (let sample = 0; sample < columns.sampleCount; sample++) {
        const value = Number(columns.values[sample * columns.sampleTypeCount + type] ?? 0);
        const stack = stacks[sample] ?? 0;
        if (value !== 0) sums.set(stack, (sums.get(stack) ?? 0) + value);
      }
      const pairs = [...sums].sort(([a], [b]) => a - b);
      sorted.push({ key: `${series.service}/${profile.kind}/${type}/${series.pod}`, pairs });
    }
  }
  sorted.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const starts = new Uint32Array(sorted.length + 1);
  for (const [row, { pairs }] of sorted.entries()) starts[row + 1] = (starts[row] ?? 0) + pairs.length;
  const all = sorted.flatMap(({ pairs }) => pairs);
  return {
    starts,
    stackIds: Uint32Array.from(all, ([stack]) => stack),
    values: Float64Array.from(all, ([, value]) => value),
  };
}

interface FileFigures {
  readonly writtenPerSecond: number;
  readonly readPerSecond: number;
  readonly bytesPerSample: number;
}

async function measureParquet(rows: Rows, effort: "small" | "fast"): Promise<FileFigures> {
  const codec = zstdCodec(1);
  let parts: Uint8Array[] = [];
  const writing = fastest(() => {
    parts = [];
    const writer = new ParquetWriter({ schema: samplesSchema, codec, effort, sink: (bytes) => parts.push(bytes) });
    writer.writeRowGroup({
      rowCount: rows.starts.length - 1,
      lists: { samples: rows.starts },
      leaves: { "samples.stacktrace_id": rows.stackIds, "samples.value": rows.values },
    });
    writer.finish();
  });
  const file = Buffer.concat(parts);
  const source = {
    size: () => Promise.resolve(file.length),
    read: (offset: number, length: number) => Promise.resolve(file.subarray(offset, offset + length)),
  };
  const reader = await ParquetReader.open({ source, codec: { ...codec, crc32 } });
  const scratch = new DecodeScratch();
  let reading = Number.POSITIVE_INFINITY;
  const sums = new BigInt64Array(1 << 20);
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const group = await reader.readRowGroup(0, { leaves: ["samples.stacktrace_id", "samples.value"], scratch });
    addUp(sums, group.uint32s("samples.stacktrace_id"), group.numbers("samples.value"));
    const { user, system } = process.cpuUsage(before);
    reading = Math.min(reading, (user + system) / 1e6);
  }
  const millions = rows.stackIds.length / 1e6;
  return {
    writtenPerSecond: millions / writing,
    readPerSecond: millions / reading,
    bytesPerSample: file.length / rows.stackIds.length,
  };
}

function addUp(sums: BigInt64Array, stackIds: Uint32Array, values: Float64Array | BigInt64Array): void {
  const floats = new Float64Array(sums.length);
  if (values instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) sums[stackIds[i] ?? 0] = (sums[stackIds[i] ?? 0] ?? 0n) + (values[i] ?? 0n);
    return;
  }
  for (let i = 0; i < values.length; i++) floats[stackIds[i] ?? 0] = (floats[stackIds[i] ?? 0] ?? 0) + (values[i] ?? 0);
}

/** 5 M samples over the stacks of all services, to the bytes of a flame graph of 16,384 nodes; milliseconds of CPU. */
function measureFlame(partitions: ReadonlyMap<string, SymbolPartition>, rows: Rows): number {
  const samplesPerPartition = Math.ceil(5e6 / partitions.size);
  const paths = new PathIndex({ seed: 1 });
  const tables = [...partitions.values()].map((partition) => partition.tables());
  const seconds = fastest(() => {
    const sum = paths.sum();
    for (const table of tables) {
      const values = new BigInt64Array(table.stackCount);
      const floats = new Float64Array(table.stackCount);
      for (let i = 0; i < samplesPerPartition; i++) {
        const stack = (rows.stackIds[i % rows.stackIds.length] ?? 0) % table.stackCount;
        floats[stack] = (floats[stack] ?? 0) + 1;
      }
      for (let stack = 0; stack < floats.length; stack++) values[stack] = BigInt(floats[stack] ?? 0);
      sum.add(table, values);
    }
    flameGraphJson(flameGraph(sum.finish(), 16_384));
  });
  return seconds * 1000;
}
