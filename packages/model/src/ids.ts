import { BasaltError } from "./error.ts";

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** A tenant's name, valid by construction: 1–150 of `A-Z a-z 0-9 ! - _ . * ' ( )`, neither `.` nor `..`. */
export type TenantId = Branded<string, "TenantId">;

/** A block's or segment's name: a ULID, 26 characters of Crockford base 32, sorted by time. */
export type BlockId = Branded<string, "BlockId">;

/** Names one data folder or one compaction output, for the rule of exactly once. A UUID or a ULID. */
export type ProducerId = Branded<string, "ProducerId">;

/** 64-bit hash of a sorted label set; equal on every process and version. */
export type Fingerprint = Branded<bigint, "Fingerprint">;

/** The tenant of every request while multi-tenancy is off. */
export const anonymousTenant: TenantId = "anonymous" as TenantId;

const tenantPattern = /^[A-Za-z0-9!\-_.*'()]{1,150}$/;

/**
 * Checks one tenant id, as it stands in `X-Scope-OrgID`.
 *
 * @throws BasaltError `tenant_invalid`.
 */
export function parseTenantId(raw: string): TenantId {
  if (!tenantPattern.test(raw) || raw === "." || raw === "..") {
    throw new BasaltError(
      "tenant_invalid",
      `tenant id ${JSON.stringify(raw.slice(0, 160))} is not 1 to 150 of A-Z a-z 0-9 ! - _ . * ' ( ), and neither . nor ..`,
    );
  }
  return raw as TenantId;
}

const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The id in a block's folder name, or undefined if the name is not one. */
export function parseBlockId(raw: string): BlockId | undefined {
  return ulidPattern.test(raw) ? (raw as BlockId) : undefined;
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Builds a ULID from a time in unix milliseconds (48 bits) and ten random bytes.
 * Source: the ULID specification, 2016.
 */
export function blockIdFrom(unixMs: number, random: Uint8Array): BlockId {
  if (random.length < 10) throw new Error("assertion failed: a ULID takes ten random bytes");
  let bits = BigInt(unixMs) << 80n;
  for (let i = 0; i < 10; i++) bits |= BigInt(random[i] ?? 0) << BigInt(8 * (9 - i));
  let text = "";
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += crockford[Number((bits >> shift) & 31n)];
  return text as BlockId;
}
