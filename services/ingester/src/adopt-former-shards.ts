import type { BucketSettings } from "@basalt/bucket";
import type { BasaltError } from "@basalt/model";
import type { FileSystem, Logger } from "@basalt/runtime";
import type { DataFolder, ShardOptions } from "@basalt/store";
import { Shard } from "@basalt/store";
import { type ShardData, shardOptions } from "./shard-host.ts";
import { logTornLog } from "./torn-log.ts";

/** What adopting needs of an ingester. */
export interface AdoptOptions {
  readonly disk: FileSystem;
  readonly logger: Logger;
  readonly shardCount: number;
  readonly storage: BucketSettings;
  readonly headBytesMax: number;
  readonly keyBytesMax: number;
  readonly sync: ShardOptions["sync"];
  readonly fail: (error: BasaltError) => void;
}

const countFile = "shards.json";

/**
 * Makes a data folder fit another number of shards: seals what the former shards have in their logs, so that no head holds
 * a service that is another shard's by now, and hands the segments of shards that are no more to those that are.
 */
export async function adoptFormerShards(folder: DataFolder, options: AdoptOptions): Promise<void> {
  const { disk, logger, shardCount } = options;
  const path = `${folder.path}/${countFile}`;
  const former = await readCount(disk, path);
  if (former === shardCount) return;
  const formerFolders = await disk.list(`${folder.path}/shards`);
  if (formerFolders.length > 0)
    logger.info("fitting the data folder to another number of shards", { from: former, to: shardCount });
  for (const name of formerFolders) await sealLog(folder, Number(name), options);
  for (const name of formerFolders) {
    const shardIndex = Number(name);
    if (shardIndex < shardCount) continue;
    await moveSegments(folder, shardIndex, options);
    await moveQuarantine(folder, shardIndex, options);
    await disk.removeAll(folder.shardFolder(shardIndex));
  }
  await disk.writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify({ shards: shardCount })}\n`));
}

async function readCount(disk: FileSystem, path: string): Promise<number> {
  if ((await disk.stat(path)) === undefined) return 0;
  const { shards } = JSON.parse(new TextDecoder().decode(await disk.readFile(path))) as { readonly shards?: unknown };
  return typeof shards === "number" ? shards : 0;
}

async function sealLog(folder: DataFolder, shardIndex: number, options: AdoptOptions): Promise<void> {
  const data: Omit<ShardData, "seriesCounters"> = {
    shardIndex: 0,
    shardCount: 1,
    folder: folder.shardFolder(shardIndex),
    segmentFolders: await folder.segmentFolders(),
    storage: options.storage,
    producer: folder.producer,
    headBytesMax: options.headBytesMax,
    keyBytesMax: options.keyBytesMax,
    lateWindowsMax: 0,
    sync: options.sync,
  };
  const shard = await Shard.open({
    ...shardOptions(data),
    seriesLimiter: { tryAdd: () => true, remove: () => undefined, limitOf: () => 0 },
    onFatal: options.fail,
    onProblem: (error) => options.logger.error("a former shard met damage", { shard: shardIndex, error }),
    onTornLog: (torn) => logTornLog(options.logger, shardIndex, torn),
  });
  await shard.seal();
  await shard.close();
}

/** Segments have names of their own in the whole folder, so they only change their place. */
async function moveSegments(folder: DataFolder, shardIndex: number, { disk, shardCount }: AdoptOptions): Promise<void> {
  const from = `${folder.shardFolder(shardIndex)}/segments`;
  const to = `${folder.shardFolder(shardIndex % shardCount)}/segments`;
  await disk.makeFolder(to);
  for (const name of await disk.list(from)) await disk.rename(`${from}/${name}`, `${to}/${name}`);
  await disk.syncFolder(to);
  await disk.syncFolder(from);
}

/** What was put aside for people stays, under names that say whose it was. */
async function moveQuarantine(
  folder: DataFolder,
  shardIndex: number,
  { disk, shardCount }: AdoptOptions,
): Promise<void> {
  const from = `${folder.shardFolder(shardIndex)}/wal/quarantine`;
  if ((await disk.stat(from)) === undefined) return;
  const to = `${folder.shardFolder(shardIndex % shardCount)}/wal/quarantine`;
  await disk.makeFolder(to);
  for (const name of await disk.list(from)) await disk.rename(`${from}/${name}`, `${to}/shard-${shardIndex}-${name}`);
  await disk.syncFolder(to);
}
