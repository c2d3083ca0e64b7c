import { nanosPerMilli, type TenantId } from "@basalt/model";
import type { V1Rows } from "../block/profile-rows.ts";
import type { V1Block } from "../block/v1-block.ts";
import { corrupt } from "../format/corrupt.ts";
import { RowIdentity } from "./row-identity.ts";
import type { StoredSeriesList } from "./stored-series.ts";
import { type RowPlace, Wave } from "./wave.ts";

export interface WaveReader {
  readonly tenant: TenantId;
  readonly block: V1Block;
  readonly series: StoredSeriesList;
  /** A wave ends at the first row with which it is as large as this. */
  readonly waveBytes: number;
  /** See ImportOptions. */
  readonly withHidden: boolean;
  /** Symbol partitions that rows have named so far; filled here. */
  readonly partitions: bigint[];
}

/** The rows of a block in its order, as many at once as the bound lets through: the same waves in every run. The last may be empty. */
export async function* readWaves(reader: WaveReader, signal?: AbortSignal): AsyncGenerator<Wave> {
  const placer = new RowPlacer(reader);
  const { withHidden } = reader;
  let wave = new Wave(withHidden);
  for await (const rows of reader.block.rows(signal)) {
    for (let row = 0; row < rows.rowCount; row++) {
      const place = placer.placeOf(rows, row);
      if (place === undefined) wave.leaveOut(rows, row);
      else wave.append(rows, row, place);
      if (wave.byteLength < reader.waveBytes) continue;
      yield wave;
      wave = new Wave(withHidden);
    }
  }
  yield wave;
}

/** Finds where rows go and what they are called. */
class RowPlacer {
  readonly #reader: WaveReader;
  readonly #identities = new Map<number, RowIdentity>();
  /** Of the last row of each series. */
  readonly #lastMillisecond = new Map<number, bigint>();
  readonly #partitionOf = new Map<bigint, number>();
  /** Rows of one series, time and UUID follow each other; each gets its number among them. */
  #last: { readonly series: number; readonly timeNanos: bigint; readonly ordinals: Map<string, number> } | undefined;

  constructor(reader: WaveReader) {
    this.#reader = reader;
  }

  /** Undefined for a row that the other server takes for a repetition, if such rows are left out. */
  placeOf(rows: V1Rows, row: number): RowPlace | undefined {
    const index = rows.seriesIndex[row] as number;
    const series = this.#reader.series.placeOf.get(index);
    if (series === undefined)
      throw corrupt("profiles.parquet", `names series ${index}, which index.tsdb does not have`);
    const timeNanos = rows.timeNanos[row] as bigint;
    if (!this.#reader.withHidden && this.#isRepeated(series, timeNanos)) return undefined;
    const uuid = rows.id.subarray(row * 16, row * 16 + 16);
    const ordinal = this.#ordinalOf(series, timeNanos, uuid);
    const profileId = this.#identityOf(series).profileId(timeNanos, uuid, ordinal);
    return { series, partition: this.#partition(rows.partition[row] as bigint), profileId };
  }

  #isRepeated(series: number, timeNanos: bigint): boolean {
    const millisecond = timeNanos / nanosPerMilli;
    const isRepeated = this.#lastMillisecond.get(series) === millisecond;
    this.#lastMillisecond.set(series, millisecond);
    return isRepeated;
  }

  #ordinalOf(series: number, timeNanos: bigint, uuid: Uint8Array): number {
    if (this.#last?.series !== series || this.#last.timeNanos !== timeNanos) {
      this.#last = { series, timeNanos, ordinals: new Map() };
    }
    const { ordinals } = this.#last;
    const key = uuid.join(".");
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    return ordinal;
  }

  #identityOf(series: number): RowIdentity {
    let identity = this.#identities.get(series);
    if (identity === undefined) {
      identity = new RowIdentity(this.#reader.tenant, this.#reader.series.series[series]?.labels ?? []);
      this.#identities.set(series, identity);
    }
    return identity;
  }

  #partition(id: bigint): number {
    let partition = this.#partitionOf.get(id);
    if (partition === undefined) {
      partition = this.#reader.partitions.push(id) - 1;
      this.#partitionOf.set(id, partition);
    }
    return partition;
  }
}
