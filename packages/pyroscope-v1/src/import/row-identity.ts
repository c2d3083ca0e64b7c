import { type BlockId, blockIdFrom, type Labels, nanosPerMilli, type TenantId } from "@basalt/model";
import { sha256 } from "@basalt/runtime/thread";
import type { BlockWindow } from "@basalt/store";

const utf8 = new TextEncoder();

/** Every part is preceded by its length, so no two lists share their text. */
function joined(parts: readonly string[]): Uint8Array {
  return utf8.encode(parts.map((part) => `${part.length}:${part}`).join(""));
}

/**
 * Names the rows of one series: the first 128 bits of SHA-256 over tenant, labels, time, the profile's UUID and which of
 * the rows that share all of these it is. Replicas of a row in several blocks so get one id and count once.
 */
export class RowIdentity {
  readonly #series: Uint8Array;
  readonly #row: Uint8Array = new Uint8Array(28);
  readonly #view: DataView = new DataView(this.#row.buffer);

  constructor(tenant: TenantId, labels: Labels) {
    const pairs = labels.flatMap(({ name, value }) => [name, value]);
    this.#series = joined(["pyroscope-v1", tenant, ...pairs]);
  }

  profileId(timeNanos: bigint, uuid: Uint8Array, ordinal: number): Uint8Array {
    this.#row.set(uuid);
    this.#view.setBigInt64(16, timeNanos);
    this.#view.setUint32(24, ordinal);
    return sha256([this.#series, this.#row]).subarray(0, 16);
  }
}

/** The id of the block that a window of a block becomes; the same in every run, so that it is written once. */
export function importedBlockId(tenant: TenantId, source: BlockId, window: BlockWindow, wave: number): BlockId {
  const hash = sha256([joined(["pyroscope-v1", tenant, source, String(window.start), String(wave)])]);
  return blockIdFrom(Math.max(0, Number(window.end / nanosPerMilli)), hash);
}
