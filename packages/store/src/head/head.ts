import { type BlockId, type Fingerprint, fingerprint, type Labels, type TenantId, type UnixNano } from "@basalt/model";
import type { SymbolPartition } from "@basalt/symdb";
import { HeadRows } from "./head-rows.ts";

/** A series as the shard knows it, shared by all heads. */
export interface HeadSeries {
  readonly labels: Labels;
  readonly fingerprint: Fingerprint;
  /** The fingerprint's halves, for row keys. */
  readonly low: number;
  readonly high: number;
}

export function headSeries(labels: Labels): HeadSeries {
  const id = fingerprint(labels);
  return { labels, fingerprint: id, low: Number(id & 0xffff_ffffn), high: Number(id >> 32n) };
}

/** Rows of one service in one window: its own series numbers, and the stack ids of its symbol partition. */
export class HeadPartition {
  readonly service: string;
  readonly symbols: SymbolPartition;
  readonly series: HeadSeries[] = [];
  readonly rows: HeadRows = new HeadRows();
  private readonly seriesIndexes = new Map<HeadSeries, number>();

  constructor(service: string, symbols: SymbolPartition) {
    this.service = service;
    this.symbols = symbols;
  }

  indexOf(series: HeadSeries): number {
    const known = this.seriesIndexes.get(series);
    if (known !== undefined) return known;
    const index = this.series.length;
    this.series.push(series);
    this.seriesIndexes.set(series, index);
    return index;
  }
}

/** What a head holds of one tenant and window. */
export interface HeadPart {
  readonly tenant: TenantId;
  readonly windowStart: UnixNano;
  /** Unix ms at which its first row arrived. */
  readonly firstWriteMs: number;
  /** By service. */
  readonly partitions: Map<string, HeadPartition>;
}

/** Everything that will be sealed into one segment; while it is open, rows are appended. */
export class Head {
  /** Id of the segment that it becomes. */
  readonly id: BlockId;
  /** By {@link partKey}. */
  readonly parts: Map<string, HeadPart> = new Map();
  /** Memory of its rows. */
  rowBytes: number = 0;
  /** Memory by which its rows made symbols grow, which live on when it is sealed. */
  symbolGrowthBytes: number = 0;
  rowCount: number = 0;

  constructor(id: BlockId) {
    this.id = id;
  }

  /** Memory that came with its rows: at a quarter of the cap it is sealed. */
  get byteLength(): number {
    return this.rowBytes + this.symbolGrowthBytes;
  }

  part(tenant: TenantId, windowStart: UnixNano, nowMs: number): HeadPart {
    const key = partKey(tenant, windowStart);
    let part = this.parts.get(key);
    if (part === undefined) {
      part = { tenant, windowStart, firstWriteMs: nowMs, partitions: new Map() };
      this.parts.set(key, part);
    }
    return part;
  }

  partition(part: HeadPart, service: string, symbols: () => SymbolPartition): HeadPartition {
    let partition = part.partitions.get(service);
    if (partition === undefined) {
      partition = new HeadPartition(service, symbols());
      part.partitions.set(service, partition);
      this.rowBytes += partition.rows.byteLength + partitionOverheadBytes;
    }
    return partition;
  }
}

/** 2 KiB: maps, objects and the smallest columns of one service in one window. */
const partitionOverheadBytes = 2048;

/** A map key for a tenant's window; no tenant has a `/` in its name. */
export function partKey(tenant: TenantId, windowStart: UnixNano): string {
  return `${tenant}/${windowStart}`;
}
