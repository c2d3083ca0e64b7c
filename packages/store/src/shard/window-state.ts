import { type TenantId, type UnixNano, windowNanos } from "@basalt/model";
import { KeySet, rowKey } from "../head/key-set.ts";
import type { RowSource } from "../row-source.ts";

/** What a shard remembers of a tenant's window besides its rows: the keys of all rows that this producer holds. */
export class WindowState {
  readonly tenant: TenantId;
  readonly windowStart: UnixNano;
  readonly keys: KeySet = new KeySet();
  /** Memory of the keys as far as the registry has it in its sum. */
  countedBytes: number = 0;
  /** Settles when the keys of segments and blocks are loaded; undefined once they are. */
  loading: Promise<void> | undefined;
  /** Whether a block of this producer held rows of the window when it was opened or since: a push to it is late. */
  isCut: boolean = false;

  constructor(tenant: TenantId, windowStart: UnixNano) {
    this.tenant = tenant;
    this.windowStart = windowStart;
  }

  /** Adds the keys of all rows that a source holds of the window, of the services that are this shard's. */
  async loadKeys(
    source: RowSource,
    owns: (service: string) => boolean,
    serviceOf: (partition: number) => string,
  ): Promise<void> {
    const series = await source.series();
    const wanted = Uint8Array.from(series, ({ partition }) => (owns(serviceOf(partition)) ? 1 : 0));
    if (!wanted.includes(1)) return;
    const halves = series.map(({ fingerprint }) => ({
      low: Number(fingerprint & 0xffff_ffffn),
      high: Number(fingerprint >> 32n),
    }));
    const range = { start: this.windowStart, end: this.windowStart + windowNanos - 1n };
    const request = { series: wanted, range, samples: false, profileIds: true, spanIds: false };
    for await (const { rowCount, seriesIndex, profileId } of source.scan(request)) {
      for (let row = 0; row < rowCount; row++) {
        const half = halves[seriesIndex[row] as number];
        if (half !== undefined && profileId !== undefined) this.keys.add(rowKey(profileId, row * 16, half));
      }
    }
  }
}
