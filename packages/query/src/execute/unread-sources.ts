import { BasaltError, type BlockId } from "@basalt/model";
import type { RowSource } from "@basalt/store";
import type { QueryWarning } from "../merge/query-partial.ts";

/**
 * Sources of one execution that could not be read. The damaged ones are left out with a warning. The missing ones are named
 * by an error: their rows have moved to another source, which only a new look finds.
 */
export class UnreadSources {
  private readonly lost: ReadonlySet<BlockId>;
  private readonly damaged: QueryWarning[] = [];
  private readonly missing = new Set<BlockId>();

  /** @param lost sources that are damaged if they are missing. */
  constructor(lost: ReadonlySet<BlockId> = new Set()) {
    this.lost = lost;
  }

  /** Takes a source with what reading it threw. @throws the error, if it says nothing of the source. */
  add({ kind, id, tenant }: Pick<RowSource, "kind" | "id" | "tenant">, error: unknown): void {
    if (!(error instanceof BasaltError)) throw error;
    const isMissing = error.code === "object_not_found";
    if (isMissing && !this.lost.has(id)) this.missing.add(id);
    else if (isMissing || error.code === "block_corrupt") {
      const text = `${kind} ${id} is left out: ${error.message}`;
      this.damaged.push({ code: "block_corrupt", text, ...(kind === "block" ? { block: { id, tenant } } : {}) });
    } else throw error;
  }

  /** Takes those that another execution found missing. @throws the error, if it is another. */
  addMissing(error: unknown): void {
    for (const id of missingSources(error)) this.missing.add(id);
  }

  /** What is to be said of those left out. @throws BasaltError `object_not_found` if any is missing. */
  warnings(): readonly QueryWarning[] {
    if (this.missing.size === 0) return this.damaged;
    const ids = [...this.missing].join(" ");
    throw new BasaltError("object_not_found", `${this.missing.size} sources are gone: ${ids.slice(0, textMax)}`, {
      details: { missing: ids },
    });
  }
}

/** Characters of ids in a message: some four. */
const textMax = 108;

/** The sources that an execution found missing; none if rows moved in another way. @throws the error, if it is another. */
export function missingSources(error: unknown): readonly BlockId[] {
  if (!(error instanceof BasaltError) || error.code !== "object_not_found") throw error;
  const { missing } = error.details;
  return typeof missing === "string" ? (missing.split(" ") as BlockId[]) : [];
}
