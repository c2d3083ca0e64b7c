import { gunzipSync } from "node:zlib";
import type { ProfileOutcome, RawPush } from "@basalt/distributor";
import { ProfileProcessor } from "@basalt/distributor";
import type { ShardData, ShardHandlers, ShardOwnerHandlers } from "@basalt/ingester";
import { ShardHost } from "@basalt/ingester";
import type { TenantLimits, WorkerHost } from "@basalt/runtime";
import { crc32, equalLimits, sha256 } from "@basalt/runtime";

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
  const processor = new ProfileProcessor({
    limits,
    inflate: (bytes, outputBytesMax, sizeHint) =>
      gunzipSync(bytes, { maxOutputLength: outputBytesMax, chunkSize: sizeHint }),
    sha256,
    checksum: (bytes) => crc32(bytes),
  });
  return { ...shard.handlers, pushRaw: (placed) => pushRaw(placed, processor, shard) };
}

async function pushRaw(
  { push, tenantSlot }: PlacedPush,
  processor: ProfileProcessor,
  shard: ShardHost,
): Promise<readonly ProfileOutcome[]> {
  const processed = processor.process(push);
  const batches = processed.flatMap(({ batch }) => (batch === undefined ? [] : [batch]));
  const stored = (await shard.push({ tenant: push.tenant, tenantSlot, batches })).values();
  return processed.map(({ outcome, batch }) => {
    if (batch === undefined) return outcome;
    const result = stored.next().value;
    return result !== undefined && "error" in result ? { ...outcome, error: result.error } : outcome;
  });
}
