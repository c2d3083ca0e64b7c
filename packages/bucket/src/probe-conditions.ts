import { BasaltError } from "@basalt/model";
import type { Random } from "@basalt/runtime";
import type { Bucket } from "./bucket.ts";

/** How hard the probe tries. */
export interface ProbeOptions {
  readonly random: Pick<Random, "bytes">;
  /** Writers that race; default 32. */
  readonly racers?: number;
  /** Races of each kind; default 4. A storage that lost some races in a test of it lost one of two in any four. */
  readonly rounds?: number;
}

/** Where probes write. */
export const probePrefix = ".probe/";

/**
 * Finds out whether a storage lets exactly one of many writers win, by racing them: one that checks first and writes then
 * refuses a late writer and still lets several early ones pass. Costs some hundred small requests, and leaves nothing.
 *
 * @throws BasaltError `storage_unconditional`, and whatever the bucket throws.
 */
export async function probeConditions(bucket: Bucket, options: ProbeOptions, signal?: AbortSignal): Promise<void> {
  const { random, rounds = 4 } = options;
  const name = Buffer.from(random.bytes(16)).toString("hex");
  for (let round = 0; round < rounds; round++) {
    const key = `${probePrefix}${name}-${round}`;
    try {
      await probeOnce(bucket, key, options, signal);
    } finally {
      await bucket.delete(key, signal);
    }
  }
}

async function probeOnce(
  bucket: Bucket,
  key: string,
  options: ProbeOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { racers = 32 } = options;
  const race = async (what: string, attempt: (bytes: Uint8Array) => Promise<boolean>): Promise<void> => {
    const tries = Array.from({ length: racers }, (_, i) => attempt(new TextEncoder().encode(`${what} ${i}`)));
    const settled = await Promise.allSettled(tries);
    const failed = settled.find((result) => result.status === "rejected");
    const wins = settled.flatMap((result, i) => (result.status === "fulfilled" && result.value ? [i] : []));
    if (wins.length > 1) throw unconditional(`${wins.length} of ${racers} writers won a race to ${what} one object`);
    if (failed !== undefined) throw failed.reason;
    if (wins.length === 0) throw unconditional(`none of ${racers} writers won a race to ${what} one object`);
    const found = new TextDecoder().decode(await bucket.get(key, signal));
    if (found !== `${what} ${wins[0]}`) throw unconditional(`an object holds what a writer wrote that lost`);
  };
  await race("create", (bytes) => bucket.putIfAbsent(key, bytes, signal));
  const late = new TextEncoder().encode("late");
  if (await bucket.putIfAbsent(key, late, signal)) throw unconditional("an object was created twice");
  const version = (await bucket.attributes(key, signal))?.version ?? "";
  await race("replace", (bytes) => bucket.putIfVersion(key, bytes, version, signal));
  if (await bucket.putIfVersion(key, late, version, signal)) throw unconditional("a version was replaced twice");
}

function unconditional(what: string): BasaltError {
  const text = `the object storage does not keep conditional writes, which exactly-once compaction needs: ${what}`;
  return new BasaltError("storage_unconditional", `${text} (-storage.backend)`);
}
