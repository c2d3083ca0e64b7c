import type { MemoryAccount } from "@basalt/calltree";
import type { SampleColumns, SymbolColumns } from "@basalt/model";
import { ColumnsMerger, columnBytes, SymbolPartition } from "@basalt/symdb";
import { toInt64 } from "../execute/int64-lanes.ts";

/** Symbols and samples of a merged profile: one value a sample, stacks leaf first. */
export type ProfileContent = SymbolColumns & SampleColumns;

/** 3: columns double while they grow, and hash slots are as large as a column or two. */
const interningFactor = 3;

/**
 * Adds up profiles: what is equal in content becomes one. Absent ones have no rows. Those
 * that are merged are counted by the account already, and given back. The seed is for hash tables.
 *
 * @throws BasaltError `value_overflow`; `profile_malformed` if symbols are chosen to share a hash;
 * what the account throws.
 */
export function mergeProfiles(
  profiles: readonly (ProfileContent | undefined)[],
  by: { readonly hashSeed: number; readonly account: MemoryAccount },
): ProfileContent | undefined {
  const present = profiles.filter((profile) => profile !== undefined);
  if (present.length < 2) return present[0];
  const { hashSeed, account } = by;
  const merger = new ColumnsMerger(hashSeed, [], account);
  for (const profile of present) {
    const own = columnBytes(profile);
    const bytes = own * interningFactor;
    account.columns(bytes);
    const partition = new SymbolPartition(hashSeed);
    const stackIds = partition.intern(profile);
    const sums = new BigInt64Array(partition.stackCount);
    const values = toInt64(profile.values);
    for (let sample = 0; sample < profile.sampleCount; sample++) {
      const stack = stackIds[sample] as number;
      sums[stack] = (sums[stack] as bigint) + (values[sample] as bigint);
    }
    merger.add(partition.tables(), sums);
    account.columns(-bytes - own);
  }
  return merger.finish();
}
