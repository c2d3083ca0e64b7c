import type { IngesterQueryClient, SnapshotLease } from "@basalt/query";

/** The leases of one attempt at a query. What is added after its end, by a part that failed late, is released at once. */
export class HeldLeases {
  private readonly ingester: Pick<IngesterQueryClient, "release">;
  private readonly leases: SnapshotLease[] = [];
  private isReleased = false;

  constructor(ingester: Pick<IngesterQueryClient, "release">) {
    this.ingester = ingester;
  }

  add(lease: SnapshotLease): void {
    if (this.isReleased) this.releaseOne(lease);
    else this.leases.push(lease);
  }

  /** Lets everything go; the answer does not wait for it. */
  release(): void {
    this.isReleased = true;
    for (const lease of this.leases.splice(0)) this.releaseOne(lease);
  }

  private releaseOne(lease: SnapshotLease): void {
    // A lease that cannot be released, as of a shard that stops, ends by itself.
    this.ingester.release(lease).catch(() => undefined);
  }
}
