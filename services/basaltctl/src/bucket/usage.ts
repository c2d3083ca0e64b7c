import { listAll } from "@basalt/bucket";
import { parseTenantId, type TenantId, type TimeRange } from "@basalt/model";
import { blockBytes, blockFiles } from "@basalt/store";
import { type ListedBlock, listBlocks } from "../blocks/list-blocks.ts";
import type { Command, CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import { bytesText, isoTime, timeText } from "../output/units.ts";
import { jsonSetting, openBucket, storageSettings, tenantSetting } from "../storage.ts";

export const bucketUsage: Command = {
  name: "bucket usage",
  summary: "Show how much each tenant and service takes in the bucket",
  details: `All tenants, or -tenant with its services. Services share the files of a block: each is given a share of the bytes by its samples.
Blocks that another took over, which wait to be deleted, count apart; unfinished ones cannot be counted.`,
  operands: "",
  settings: [...storageSettings, tenantSetting, jsonSetting],
  run,
};

/** What a tenant takes. */
interface TenantUsage {
  readonly tenant: TenantId;
  readonly blocks: number;
  readonly bytes: number;
  /** Of `bytes`, those of blocks that another took over. */
  readonly takenOverBytes: number;
  readonly symbolBytes: number;
  readonly profiles: number;
  readonly samples: number;
  /** Unfinished and unreadable blocks. */
  readonly uncountedBlocks: number;
  readonly firstTime?: string;
  readonly lastTime?: string;
  readonly services: readonly ServiceUsage[];
}

interface ServiceUsage {
  readonly service: string;
  readonly bytes: number;
  readonly profiles: number;
  readonly samples: number;
}

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, output, signal } = context;
  const bucket = openBucket(context);
  const wanted = config.get(tenantSetting);
  const usages: TenantUsage[] = [];
  for (const tenant of wanted === "" ? await tenantsOf(context) : [parseTenantId(wanted)]) {
    usages.push(usageOf(tenant, await listBlocks({ bucket, tenant, output, signal })));
  }
  if (config.get(jsonSetting)) await output.json({ tenants: usages });
  else {
    await output.table(tenantColumns, usages.map(tenantRow));
    if (wanted !== "") {
      await output.text("\n");
      await output.table(
        serviceColumns,
        usages.flatMap(({ services }) => services.map(serviceRow)),
      );
    }
  }
  return exitStatus.ok;
}

async function tenantsOf(context: CommandContext): Promise<readonly TenantId[]> {
  const tenants: TenantId[] = [];
  for await (const folder of listAll(openBucket(context), { prefix: "", mode: "folders" }, context.signal)) {
    if (folder.endsWith("/")) tenants.push(parseTenantId(folder.slice(0, -1)));
  }
  return tenants;
}

function usageOf(tenant: TenantId, blocks: readonly ListedBlock[]): TenantUsage {
  const counted = blocks.flatMap(({ meta, state }) => (meta === undefined ? [] : [{ meta, state }]));
  const services = new Map<string, { bytes: number; profiles: number; samples: number }>();
  const sums = { bytes: 0, takenOverBytes: 0, symbolBytes: 0, profiles: 0, samples: 0 };
  for (const { meta, state } of counted) {
    const bytes = blockBytes(meta);
    const samplesOfBlock = meta.partitions.reduce((sum, { samples }) => sum + samples, 0);
    sums.bytes += bytes;
    if (state === "taken over") sums.takenOverBytes += bytes;
    for (const file of meta.files) if (symbolFiles.has(file.name)) sums.symbolBytes += file.bytes;
    for (const { service, rows, samples } of meta.partitions) {
      const own = services.get(service) ?? { bytes: 0, profiles: 0, samples: 0 };
      services.set(service, {
        bytes: own.bytes + (bytes * samples) / Math.max(samplesOfBlock, 1),
        profiles: own.profiles + rows,
        samples: own.samples + samples,
      });
      sums.profiles += rows;
      sums.samples += samples;
    }
  }
  const range = counted.reduce<TimeRange | undefined>((all, { meta }) => joined(all, meta.range), undefined);
  const times = range === undefined ? {} : { firstTime: isoTime(range.start), lastTime: isoTime(range.end) };
  const rows = [...services].map(([service, usage]) => ({ service, ...usage, bytes: Math.round(usage.bytes) }));
  rows.sort((a, b) => b.bytes - a.bytes || (a.service < b.service ? -1 : 1));
  return {
    tenant,
    blocks: counted.length,
    ...sums,
    uncountedBlocks: blocks.length - counted.length,
    ...times,
    services: rows,
  };
}

function joined(a: TimeRange | undefined, b: TimeRange): TimeRange {
  if (a === undefined) return b;
  const isEarlier = b.start < a.start;
  const isLater = b.end > a.end;
  return { start: isEarlier ? b.start : a.start, end: isLater ? b.end : a.end };
}

const symbolFiles: ReadonlySet<string> = new Set([
  blockFiles.functions,
  blockFiles.mappings,
  blockFiles.locations,
  blockFiles.stacktraces,
]);

const tenantColumns = [
  { title: "TENANT" },
  { title: "BLOCKS", align: "right" },
  { title: "SIZE", align: "right" },
  { title: "TAKEN OVER", align: "right" },
  { title: "SYMBOLS", align: "right" },
  { title: "PROFILES", align: "right" },
  { title: "SAMPLES", align: "right" },
  { title: "UNCOUNTED", align: "right" },
  { title: "FIRST (UTC)" },
  { title: "LAST (UTC)" },
] as const;

function tenantRow(usage: TenantUsage): readonly string[] {
  const {
    tenant,
    blocks,
    bytes,
    takenOverBytes,
    symbolBytes,
    profiles,
    samples,
    uncountedBlocks,
    firstTime,
    lastTime,
  } = usage;
  const sizes = [bytes, takenOverBytes, symbolBytes].map(bytesText);
  const seconds = (iso: string | undefined): string =>
    iso === undefined ? "-" : timeText((BigInt(Date.parse(iso)) / 1000n) * 1_000_000_000n);
  return [
    tenant,
    String(blocks),
    ...sizes,
    String(profiles),
    String(samples),
    String(uncountedBlocks),
    seconds(firstTime),
    seconds(lastTime),
  ];
}

const serviceColumns = [
  { title: "SERVICE" },
  { title: "SIZE", align: "right" },
  { title: "PROFILES", align: "right" },
  { title: "SAMPLES", align: "right" },
] as const;

function serviceRow({ service, bytes, profiles, samples }: ServiceUsage): readonly string[] {
  return [service, bytesText(bytes), String(profiles), String(samples)];
}
