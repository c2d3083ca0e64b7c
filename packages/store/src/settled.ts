import type { ProducerId } from "@basalt/model";
import type { BlockWindow } from "./block/block-meta.ts";

/** Rows that one producer holds: of some services, in a window. */
export interface Holding {
  readonly producer: ProducerId;
  readonly window: BlockWindow;
  /** Undefined = perhaps of any service. */
  readonly services: readonly string[] | undefined;
}

/** A window of a service of which several producers hold rows. */
export interface UnsettledWindow {
  readonly service: string;
  readonly window: BlockWindow;
}

/**
 * What is not settled: there a row may lie with more than one producer, since each knows the keys of its own rows alone.
 * Everywhere else a row lies in one place. Given what is visible: heads, segments, and blocks that no other covers.
 * Sorted by service, then by time.
 */
export function unsettledWindows(holdings: readonly Holding[]): UnsettledWindow[] {
  if (new Set(holdings.map(({ producer }) => producer)).size < 2) return [];
  const ofAny = holdings.filter(({ services }) => services === undefined);
  const byService = new Map<string, Holding[]>();
  for (const holding of holdings) {
    for (const service of holding.services ?? []) {
      const known = byService.get(service);
      if (known === undefined) byService.set(service, [holding, ...ofAny]);
      else known.push(holding);
    }
  }
  const services = [...byService].sort(([a], [b]) => (a < b ? -1 : 1));
  return services.flatMap(([service, own]) => contested(own).map((window) => ({ service, window })));
}

/** Windows that two producers share. Windows are aligned, so two that overlap lie one in the other: the smaller is told. */
function contested(holdings: readonly Holding[]): BlockWindow[] {
  const sorted = [...holdings].sort(
    (a, b) => order(a.window.start, b.window.start) || order(b.window.end, a.window.end),
  );
  const found = new Map<bigint, BlockWindow>();
  let open: Holding[] = [];
  for (const holding of sorted) {
    open = open.filter(({ window }) => window.end > holding.window.start);
    if (open.some(({ producer }) => producer !== holding.producer)) found.set(holding.window.start, holding.window);
    open.push(holding);
  }
  return [...found.values()];
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
