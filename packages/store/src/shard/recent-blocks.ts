import type { BlockId, TenantId } from "@basalt/model";
import type { Clock } from "@basalt/runtime";

/** 15 min: far longer than any listing of blocks is remembered, or any query runs. */
const keptMs = 900_000;

/** The last so many stay also when they are older: clocks jump. */
const keptCount = 256;

/** Blocks cut lately: readers whose listing is older learn of them here. */
export class RecentBlocks {
  readonly #clock: Clock;
  #blocks: { readonly tenant: TenantId; readonly id: BlockId; readonly atMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(tenant: TenantId, id: BlockId): void {
    const now = this.#clock.monotonicMs();
    const firstKept = this.#blocks.length - keptCount;
    this.#blocks = this.#blocks.filter(({ atMs }, index) => index >= firstKept || now - atMs < keptMs);
    this.#blocks.push({ tenant, id, atMs: now });
  }

  of(tenant: TenantId): BlockId[] {
    return this.#blocks.filter((block) => block.tenant === tenant).map(({ id }) => id);
  }
}
