import { overlaps, type TenantId, type TimeRange } from "@basalt/model";
import type { Damage } from "../row-source.ts";

/** Damages told apart; later ones are told with the last of these, by its words. */
const damagesMax = 100;

interface KnownDamage {
  readonly damage: Damage;
  /** Undefined if nobody knows whose rows are lost. */
  readonly tenant: TenantId | undefined;
  readonly range: TimeRange;
}

/** What a shard once acknowledged and can read no more, so that answers which lack it can say so. */
export class DamageLog {
  readonly #known: KnownDamage[] = [];

  /** Notes that rows of a tenant in a range are lost. */
  add(damage: Damage, tenant: TenantId, range: TimeRange): void {
    this.#add({ damage, tenant, range });
  }

  /** Notes that rows are lost, of whom and when before an instant nobody can tell. */
  addUnknown(damage: Damage, untilNanos: bigint): void {
    this.#add({ damage, tenant: undefined, range: { start: -(2n ** 63n), end: untilNanos } });
  }

  /** What an answer for a tenant and range may lack. */
  of(tenant: TenantId, range: TimeRange): Damage[] {
    return this.#known
      .filter((known) => (known.tenant === undefined || known.tenant === tenant) && overlaps(known.range, range))
      .map(({ damage }) => damage);
  }

  #add(known: KnownDamage): void {
    const last = this.#known.at(-1);
    if (last === undefined || this.#known.length < damagesMax) {
      this.#known.push(known);
      return;
    }
    let { end } = last.range;
    if (known.range.end > end) end = known.range.end;
    const range = { start: -(2n ** 63n), end };
    this.#known[damagesMax - 1] = { damage: last.damage, tenant: undefined, range };
  }
}
