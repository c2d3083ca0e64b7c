import type { EncodedBatch, ProfileOutcome, RawPush } from "@basalt/distributor";
import { ProfileProcessor } from "@basalt/distributor/processor";
import type { ShardData, ShardHandlers, ShardOwnerHandlers } from "@basalt/ingester";
import { ShardHost } from "@basalt/ingester/shard";
import type { TenantLimits, WorkerHost } from "@basalt/runtime";
import { BytePool, crc32, equalLimits, Inflater, sha256 } from "@basalt/runtime/thread";

/** What an ingest worker is started with. */
export interface IngestWorkerData extends ShardData {
  readonly limits: TenantLimits;
}

/** A push with the place of its tenant's counters. */
export interface PlacedPush {
  readonly push: RawPush;
  readonly tenantSlot: number;
}

/** What an ingest worker answers: what a shard does, and raw pushes, decoded in the thread that stores them. */
export interface IngestHandlers extends ShardHandlers {
  pushRaw(placed: PlacedPush): Promise<readonly ProfileOutcome[]>;
}

/**
 * The thread of an ingester and a distributor in one process. Decoding and storing share it, because no rule of the
 * distributor can change the owner of a service; the batch between the two is the one that would go over the network.
 */
export async function setupIngestWorker(
  data: IngestWorkerData,
  host: WorkerHost<ShardOwnerHandlers>,
): Promise<IngestHandlers> {
  const limits = equalLimits(data.limits);
  const shard = await ShardHost.open(data, limits, host);
  const pool = new BytePool();
  const inflater = new Inflater();
  const processor = new ProfileProcessor({
    limits,
    inflate: (bytes, outputBytesMax, sizeHint) => inflater.inflate(bytes, outputBytesMax, sizeHint),
    sha256,
    checksum: (bytes) => crc32(bytes),
    allocate: (byteLength) => pool.take(byteLength),
  });
  const pushRaw = ({ push, tenantSlot }: PlacedPush): Promise<readonly ProfileOutcome[]> =>
    shard.during(push.tenant, tenantSlot, () => storeRaw(push, { processor, shard, pool }));
  return { ...shard.handlers, pushRaw };
}

interface Worker {
  readonly processor: ProfileProcessor;
  readonly shard: ShardHost;
  readonly pool: BytePool;
}

/** 4 MiB of one push may wait for the log, which lets 32 MiB wait: a large push is not refused for its own size. */
const waitingBytesMax = 4 << 20;

async function storeRaw(push: RawPush, { processor, shard, pool }: Worker): Promise<readonly ProfileOutcome[]> {
  const outcomes: Promise<ProfileOutcome>[] = [];
  let waitingBytes = 0;
  const store = async (outcome: ProfileOutcome, { bytes, columns }: EncodedBatch): Promise<ProfileOutcome> => {
    const result = await shard.store(bytes, columns);
    // The log has it, or has refused it: either way nobody reads the bytes any more.
    pool.give(bytes);
    return "error" in result ? { ...outcome, error: result.error } : outcome;
  };
  // Each profile goes into the head before the next one is decoded into the same columns.
  for (const { outcome, batch } of processor.process(push)) {
    if (batch === undefined) outcomes.push(Promise.resolve(outcome));
    else {
      waitingBytes += batch.bytes.length;
      outcomes.push(store(outcome, batch));
    }
    if (waitingBytes < waitingBytesMax) continue;
    await Promise.all(outcomes);
    waitingBytes = 0;
  }
  return Promise.all(outcomes);
}
