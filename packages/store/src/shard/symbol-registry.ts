import type { TenantId } from "@basalt/model";
import { SymbolPartition } from "@basalt/symdb";
import type { Head } from "../head/head.ts";

interface RegisteredPartition {
  readonly symbols: SymbolPartition;
  /** Number of the seal before which rows were last added. */
  lastUsed: number;
  /** Memory when it was last asked for. */
  byteLength: number;
}

export interface SymbolLimits {
  /** Memory of one partition beyond which it starts anew at a seal. */
  readonly partitionBytesMax: number;
  /** Memory of all partitions beyond which the largest start anew at a seal. */
  readonly totalBytesMax: number;
}

/** A service without a push for so many seals gives its symbols up. */
const idleSeals = 4;

/** A partition of at least so many stacks starts anew when less than half of them were used since the last seal. */
const sparseStacksMin = 50_000;

/**
 * The symbols of each tenant's service in a shard, kept from seal to seal. Heads hold on to the partition that they were
 * begun with, so at a seal, when all heads begin anew, a partition may be replaced without a look at any id.
 */
export class SymbolRegistry {
  readonly #seed: number;
  readonly #limits: SymbolLimits;
  readonly #partitions = new Map<string, RegisteredPartition>();
  #seals = 0;
  #bytes = 0;
  restarts: number = 0;

  constructor(seed: number, limits: SymbolLimits) {
    this.#seed = seed;
    this.#limits = limits;
  }

  /** Memory of all partitions; what one grew by in the last push is missing. */
  get byteLength(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#partitions.size;
  }

  /** The partition of a service; a new one if there is none. */
  get(tenant: TenantId, service: string): SymbolPartition {
    const key = `${tenant}/${service}`;
    let partition = this.#partitions.get(key);
    if (partition === undefined) {
      partition = { symbols: new SymbolPartition(this.#seed), lastUsed: this.#seals, byteLength: 0 };
      this.#partitions.set(key, partition);
    }
    const { byteLength } = partition.symbols;
    this.#bytes += byteLength - partition.byteLength;
    partition.byteLength = byteLength;
    partition.lastUsed = this.#seals;
    return partition.symbols;
  }

  /** Called when a head is frozen: drops partitions that are idle, too large, or mostly unused. */
  endSeal(frozen: Head): void {
    this.#seals++;
    for (const [key, { symbols, lastUsed }] of this.#partitions) {
      const isIdle = this.#seals - lastUsed > idleSeals;
      const isLarge = symbols.byteLength > this.#limits.partitionBytesMax;
      if (isIdle || isLarge || isSparse(symbols, frozen)) this.#drop(key, !isIdle);
    }
    const bySize = [...this.#partitions].sort(([, a], [, b]) => b.symbols.byteLength - a.symbols.byteLength);
    for (const [key] of bySize) {
      if (this.#bytes <= this.#limits.totalBytesMax) return;
      this.#drop(key, true);
    }
  }

  #drop(key: string, isRestart: boolean): void {
    this.#bytes -= this.#partitions.get(key)?.byteLength ?? 0;
    this.#partitions.delete(key);
    if (isRestart) this.restarts++;
  }
}

function isSparse(symbols: SymbolPartition, frozen: Head): boolean {
  if (symbols.stackCount < sparseStacksMin) return false;
  const used = new Uint8Array(symbols.stackCount);
  let isUsed = false;
  for (const part of frozen.parts.values()) {
    for (const { rows, symbols: own } of part.partitions.values()) {
      if (own !== symbols) continue;
      isUsed = true;
      for (let at = 0; at < rows.sampleCount; at++) used[rows.stackId[at] as number] = 1;
    }
  }
  // Inner stacks count as used with those built on them.
  const { stackParent } = symbols.tables();
  let count = 0;
  for (let stack = used.length - 1; stack > 0; stack--) {
    if (used[stack] === 0) continue;
    used[stackParent[stack] as number] = 1;
    count++;
  }
  return isUsed && count * 2 < symbols.stackCount;
}
