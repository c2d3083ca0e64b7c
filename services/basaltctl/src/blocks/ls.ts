import { blockBytes, blockTotals } from "@basalt/store";
import type { Command, CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import { bytesText, isoTime, timeText } from "../output/units.ts";
import { jsonSetting, openBucket, storageSettings, tenantOf, tenantSetting } from "../storage.ts";
import { sourcesOf } from "./block-files.ts";
import { type ListedBlock, listBlocks } from "./list-blocks.ts";

export const blocksLs: Command = {
  name: "blocks ls",
  summary: "List the blocks of a tenant",
  details: `Oldest window first. Queries read the visible ones; one that is taken over is a source of a later block and waits to
be deleted; one that is unfinished has no meta.json; one that is unreadable has one that this program cannot read.`,
  operands: "",
  settings: [...storageSettings, tenantSetting, jsonSetting],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, output, signal } = context;
  const tenant = tenantOf(config);
  const blocks = await listBlocks({ bucket: openBucket(context), tenant, output, signal });
  if (config.get(jsonSetting)) await output.json({ tenant, blocks: blocks.map(asJson) });
  else await output.table(columns, blocks.map(asRow));
  for (const { problem } of blocks) if (problem !== undefined) output.note(`${problem.message} [${problem.code}]`);
  return blocks.some(({ state }) => state === "unreadable") ? exitStatus.partial : exitStatus.ok;
}

const columns = [
  { title: "BLOCK" },
  { title: "STATE" },
  { title: "WINDOW (UTC)" },
  { title: "MINUTES", align: "right" },
  { title: "SERVICES", align: "right" },
  { title: "SERIES", align: "right" },
  { title: "PROFILES", align: "right" },
  { title: "SAMPLES", align: "right" },
  { title: "SIZE", align: "right" },
] as const;

const nanosPerMinute = 60_000_000_000n;

function asRow({ id, state, meta }: ListedBlock): readonly string[] {
  if (meta === undefined) return [id, state];
  const { series, rows, samples } = blockTotals(meta);
  const minutes = (meta.window.end - meta.window.start) / nanosPerMinute;
  const counts = [minutes, meta.partitions.length, series, rows, samples].map(String);
  return [id, state, timeText(meta.window.start), ...counts, bytesText(blockBytes(meta))];
}

function asJson({ id, state, meta, problem }: ListedBlock): object {
  if (meta === undefined)
    return { id, state, ...(problem === undefined ? {} : { problem: problem.message, code: problem.code }) };
  const { series, rows: profiles, samples } = blockTotals(meta);
  const window = { windowStart: isoTime(meta.window.start), windowEnd: isoTime(meta.window.end) };
  const range = { firstTime: isoTime(meta.range.start), lastTime: isoTime(meta.range.end) };
  const counts = { services: meta.partitions.length, series, profiles, samples, bytes: blockBytes(meta) };
  return { id, state, ...window, ...range, ...counts, producer: meta.producer, sources: sourcesOf(meta) };
}
