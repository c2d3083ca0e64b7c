import type { TenantId } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import { SymbolPartition } from "@basalt/symdb";
import type { Head } from "../head/head.ts";

interface RegisteredPartition {
  readonly symbols: SymbolPartition;
  /** Monotonic ms at which the last head began to use it. */
  usedAtMs: number;
}

export interface SymbolLimits {
  /** Memory of one partition beyond which it starts anew at a seal. */
  readonly partitionBytesMax: number;
  /** Memory of all partitions beyond which the largest start anew at a seal. */
  readonly totalBytesMax: number;
}

/** 30 min, two windows: a service without a push for so long gives its symbols up. */
const idleMs = 1_800_000;

/** A partition of at least so many stacks starts anew when less than half of them were used since the last seal. */
const sparseStacksMin = 50_000;

/**
 * The symbols of each tenant's service in a shard, kept from seal to seal. Heads hold on to the partition that they were
 * begun with, so at a seal, when all heads begin anew, a partition may be replaced without a look at any id.
 */
export class SymbolRegistry {
  readonly #seed: number;
  readonly #limits: SymbolLimits;
  readonly #clock: Clock;
  readonly #partitions = new Map<string, RegisteredPartition>();
  /** Memory of each partition as far as {@link account} knows it. */
  readonly #bytesOf = new Map<SymbolPartition, number>();
  /** Memory of partitions that were dropped when a head was frozen: that head, or one before it, still holds them. */
  readonly #retiredBytes = new Map<Head, number>();
  #bytes = 0;
  restarts: number = 0;

  constructor(seed: number, limits: SymbolLimits, clock: Clock) {
    this.#seed = seed;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Memory of all partitions, those included that only frozen heads hold. */
  get byteLength(): number {
    let bytes = this.#bytes;
    for (const retired of this.#retiredBytes.values()) bytes += retired;
    return bytes;
  }

  get count(): number {
    return this.#partitions.size;
  }

  /** The partition of a service; a new one if there is none. */
  get(tenant: TenantId, service: string): SymbolPartition {
    const key = `${tenant}/${service}`;
    const usedAtMs = this.#clock.monotonicMs();
    let partition = this.#partitions.get(key);
    if (partition === undefined) {
      partition = { symbols: new SymbolPartition(this.#seed), usedAtMs };
      this.#partitions.set(key, partition);
    }
    partition.usedAtMs = usedAtMs;
    return partition.symbols;
  }

  /** Takes note of what a partition grew by since it was last asked for, and gives it. */
  account(symbols: SymbolPartition): number {
    const { byteLength } = symbols;
    const growth = byteLength - (this.#bytesOf.get(symbols) ?? 0);
    if (growth === 0) return 0;
    this.#bytesOf.set(symbols, byteLength);
    this.#bytes += growth;
    return growth;
  }

  /** Called when the rows of a frozen head are in a segment: no other holds what was dropped when it was frozen. */
  release(sealed: Head): void {
    this.#retiredBytes.delete(sealed);
  }

  /** Called when a head is frozen: drops partitions that are idle, too large, or mostly unused. */
  endSeal(frozen: Head): void {
    const bytesBefore = this.#bytes;
    this.#dropIdleAndLarge(frozen);
    this.#dropLargest();
    this.#retiredBytes.set(frozen, bytesBefore - this.#bytes);
  }

  #dropIdleAndLarge(frozen: Head): void {
    const usedBeforeMs = this.#clock.monotonicMs() - idleMs;
    for (const [key, { symbols, usedAtMs }] of this.#partitions) {
      const isIdle = usedAtMs < usedBeforeMs;
      const isLarge = symbols.byteLength > this.#limits.partitionBytesMax;
      if (isIdle || isLarge || isSparse(symbols, frozen)) this.#drop(key, !isIdle);
    }
  }

  #dropLargest(): void {
    if (this.#bytes <= this.#limits.totalBytesMax) return;
    const bySize = [...this.#partitions].sort(([, a], [, b]) => b.symbols.byteLength - a.symbols.byteLength);
    for (const [key] of bySize) {
      if (this.#bytes <= this.#limits.totalBytesMax) return;
      this.#drop(key, true);
    }
  }

  #drop(key: string, isRestart: boolean): void {
    const symbols = this.#partitions.get(key)?.symbols;
    if (symbols === undefined) return;
    this.#bytes -= this.#bytesOf.get(symbols) ?? 0;
    this.#bytesOf.delete(symbols);
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
