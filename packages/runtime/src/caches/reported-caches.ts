import type { ByteCache, CacheCounts } from "./byte-cache.ts";

/** A cache of whatever values. */
type AnyCache = Pick<ByteCache<unknown>, "counts">;

/** The caches that this thread tells of. What a thread is made of is global to it. */
const reported: AnyCache[] = [];

/** Has the process's metrics tell of caches, whichever thread they are in. Gives the caches back. */
export function reportCaches<C extends { readonly [K in keyof C]: AnyCache }>(caches: C): C {
  reported.push(...Object.values<AnyCache>(caches));
  return caches;
}

/** The counts of this thread's caches. */
export function cacheCounts(): readonly CacheCounts[] {
  return reported.map((cache) => cache.counts());
}
