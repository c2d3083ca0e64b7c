import { BasaltError, decodeSeriesBatch, type SeriesBatch } from "@basalt/model";
import type { Damage } from "../row-source.ts";
import { readSegmentDirectory, type SegmentDirectory } from "../segment/segment-file.ts";
import { replayWal } from "../wal/replay-wal.ts";
import { Wal } from "../wal/wal.ts";
import type { DamageLog } from "./damage-log.ts";
import { damagedSuffix } from "./segment-set.ts";
import type { ShardOptions } from "./shard-options.ts";

/**
 * Reads the directories of a shard's segments; unfinished files are removed, damaged ones put aside and reported. What lies
 * aside is noted until somebody takes it away: what it held is missing from answers.
 */
export async function openSegments(options: ShardOptions, damages: DamageLog): Promise<SegmentDirectory[]> {
  const { fileSystem, checksum, clock, onProblem } = options;
  const folder = `${options.folder}/segments`;
  await fileSystem.makeFolder(folder);
  const directories: SegmentDirectory[] = [];
  for (const name of await fileSystem.list(folder)) {
    const path = `${folder}/${name}`;
    if (name.endsWith(".tmp")) await fileSystem.remove(path);
    if (name.endsWith(damagedSuffix)) damages.addUnknown(segmentDamage(path), clock.nowNanos());
    if (!name.endsWith(".seg")) continue;
    try {
      directories.push(await readSegmentDirectory(fileSystem, path, checksum));
    } catch (error) {
      if (!(error instanceof BasaltError) || error.code !== "block_corrupt") throw error;
      onProblem(error);
      const aside = `${path}${damagedSuffix}`;
      await fileSystem.rename(path, aside);
      await fileSystem.syncFolder(folder);
      damages.addUnknown(segmentDamage(aside), clock.nowNanos());
    }
  }
  return directories;
}

/** What answers say of a segment that lies aside. */
export function segmentDamage(path: string): Damage {
  return { code: "block_corrupt", text: `a damaged segment lies aside in ${path}; what it held is not in this answer` };
}

/** Replays a shard's log and opens it for appending. */
export async function openLog(
  options: ShardOptions,
  damages: DamageLog,
  replay: (batch: SeriesBatch) => Promise<void>,
): Promise<{ readonly wal: Wal; readonly damages: number; readonly tornTails: number }> {
  const { fileSystem, checksum, onProblem, onTornLog, onReplay } = options;
  const folder = `${options.folder}/wal`;
  await fileSystem.makeFolder(folder);
  let refused = 0;
  const result = await replayWal({
    fileSystem,
    checksum,
    folder,
    onRecord: async (payload) => {
      try {
        await replay(decodeSeriesBatch(payload));
      } catch (error) {
        // The record is as it was written, so it was refused when it was pushed too, or by an older program not at all.
        if (!(error instanceof BasaltError) || error.rpcCode !== "invalid_argument") throw error;
        refused++;
        onProblem(error);
      }
    },
    ...(onReplay === undefined ? {} : { onProgress: onReplay }),
  });
  for (const { path, offset } of result.damages) {
    const text = `write-ahead log ${path} is damaged at ${offset}; records there are lost`;
    onProblem(new BasaltError("wal_corrupt", text));
    damages.addUnknown({ code: "wal_corrupt", text }, options.clock.nowNanos());
  }
  const isTorn = result.tornBytes > 0;
  if (isTorn) onTornLog({ folder, bytes: result.tornBytes });
  const wal = new Wal({
    fileSystem,
    checksum,
    folder,
    clock: options.clock,
    random: options.random,
    sync: options.sync,
    firstSequence: result.nextSequence,
    existing: result.files,
    onFatal: options.onFatal,
  });
  return { wal, damages: result.damages.length + refused, tornTails: isTorn ? 1 : 0 };
}
