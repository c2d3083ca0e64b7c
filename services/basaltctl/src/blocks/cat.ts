import { type Labels, labelNames, labelValue, matchesAll, parseSelector } from "@basalt/model";
import { zstdCodec } from "@basalt/runtime";
import { type BlockSource, blockCaches, openBlock, type SourceBatch } from "@basalt/store";
import type { Command, CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import type { Output } from "../output/output.ts";
import { isoTime } from "../output/units.ts";
import { limitSetting, selectorSetting, typeSetting } from "../query/selection.ts";
import { openBucket, storageSettings, tenantOf, tenantSetting } from "../storage.ts";
import { readBlockMeta } from "./block-files.ts";
import { FoldedSums, foldedSetting } from "./folded-sums.ts";
import { locationsOf, StackNames } from "./stack-names.ts";

export const blocksCat: Command = {
  name: "blocks cat",
  summary: "Print the profiles of blocks as JSON lines, or summed up as folded stacks",
  details: `One line a profile: {"block","time","labels","profileId","durationNanos","period","total","samples":[{"stack":[…],"value"}]},
stacks from their root, 64-bit numbers as text. Or, with -folded, one line a stack: main;serve;price 42. A block
that another took over is printed as it is.`,
  operands: "block…",
  operandsMin: 1,
  settings: [...storageSettings, tenantSetting, selectorSetting, typeSetting, foldedSetting, limitSetting],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, operands, output, signal } = context;
  const bucket = openBucket(context);
  const readers = { bucket, codec: zstdCodec(1), caches: blockCaches() };
  const sums = config.get(foldedSetting) ? new FoldedSums() : undefined;
  let left = config.get(limitSetting) || Number.POSITIVE_INFINITY;
  for (const name of operands) {
    const source = openBlock(readers, await readBlockMeta(bucket, tenantOf(config), name));
    for await (const profile of profilesOf(source, wantedSeries(context), signal)) {
      if (left-- <= 0) break;
      if (sums === undefined) await output.line(JSON.stringify(profile));
      else for (const { stack, value } of profile.samples) sums.add(stack, BigInt(value));
    }
  }
  if (sums !== undefined) await writeFolded(output, sums);
  await output.flush();
  return exitStatus.ok;
}

async function writeFolded(output: Output, sums: FoldedSums): Promise<void> {
  for (const { stack, value } of sums.rows()) await output.line(`${stack} ${value}`);
}

/** Which series the flags select. */
function wantedSeries({ config }: CommandContext): (labels: Labels) => boolean {
  const matchers = parseSelector(config.get(selectorSetting));
  const type = config.get(typeSetting);
  return (labels) =>
    (type === "" || labelValue(labels, labelNames.profileType) === type) && matchesAll(labels, matchers);
}

/** A profile as it is printed. */
interface PrintedProfile {
  readonly block: string;
  readonly time: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly profileId: string;
  readonly durationNanos: string;
  readonly period: string;
  readonly total: string;
  readonly samples: readonly PrintedSample[];
}

interface PrintedSample {
  readonly stack: readonly string[];
  readonly value: string;
  /** 16 hex digits; absent where there is none. */
  readonly spanId?: string;
}

/** The frames of a stack by its id, the root first. */
type NamesOf = (stack: number) => readonly string[];

const wholeTime = { start: -(1n << 63n), end: (1n << 63n) - 1n };

async function* profilesOf(
  source: BlockSource,
  isWanted: (labels: Labels) => boolean,
  signal: AbortSignal,
): AsyncGenerator<PrintedProfile> {
  const series = await source.series();
  const wanted = Uint8Array.from(series, ({ labels }) => Number(isWanted(labels)));
  const request = { series: wanted, range: wholeTime, samples: true, profileIds: true, spanIds: true, details: true };
  let names: { readonly partition: number; readonly of: NamesOf } | undefined;
  for await (const batch of source.scan(request, signal)) {
    const { partition } = batch;
    if (names?.partition !== partition) {
      const paths = await source.paths(partition);
      const stacks = new StackNames(paths);
      names = { partition, of: (stack) => stacks.of(locationsOf(paths, stack)) };
    }
    for (let row = 0; row < batch.rowCount; row++) {
      const labels = series[batch.seriesIndex[row] ?? 0]?.labels ?? [];
      yield {
        block: source.id,
        ...printedRow(batch, row, names.of),
        labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      };
    }
  }
}

function printedRow(batch: SourceBatch, row: number, namesOf: NamesOf): Omit<PrintedProfile, "block" | "labels"> {
  const { sampleStart, stackId, values, spanId, profileId, durationNanos, period } = batch;
  const samples: PrintedSample[] = [];
  for (let at = sampleStart?.[row] ?? 0; at < (sampleStart?.[row + 1] ?? 0); at++) {
    const span = spanId?.[at] ?? 0n;
    const printed = { stack: namesOf(stackId?.[at] ?? 0), value: String(values?.[at] ?? 0) };
    samples.push(span === 0n ? printed : { ...printed, spanId: spanText(span) });
  }
  return {
    time: isoTime(batch.timeNanos[row] ?? 0n),
    profileId: Buffer.from(profileId?.subarray(row * 16, row * 16 + 16) ?? []).toString("hex"),
    durationNanos: String(durationNanos?.[row] ?? 0n),
    period: String(period?.[row] ?? 0n),
    total: String(batch.total[row] ?? 0n),
    samples,
  };
}

/** The 16 hex digits that were pushed: a block holds their bytes as a little-endian number. */
function spanText(span: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(span);
  return bytes.toString("hex");
}
