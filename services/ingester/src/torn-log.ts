import type { Logger } from "@basalt/runtime";
import type { TornLog } from "@basalt/store";

/** Says that the end of a shard's log was cut off: after a crash as it should be, but damage there looks the same. */
export function logTornLog(logger: Logger, shard: number, { folder, bytes }: TornLog): void {
  const message =
    "cut the torn end off a write-ahead log: an unfinished write, unless what was written last is damaged";
  logger.warn(message, { shard, folder, bytes });
}
