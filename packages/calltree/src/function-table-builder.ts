import type { FunctionTable } from "./call-tree.ts";
import { functionHeapBytes, type MemoryAccount, noAccount } from "./memory-account.ts";

/** How functions are told apart. */
export interface FunctionTableOptions {
  /** Whether functions of one name in two files are two. Default: they are one. */
  readonly tellFilesApart?: boolean;
  /** Told of each new function. Default: none. */
  readonly account?: MemoryAccount;
}

/**
 * Gives each function of many trees one index, in the order of first use. Index 0 is the empty name (in the empty file).
 * One builder can serve any number of tree builders, so that trees over it merge without looking at a name again.
 */
export class FunctionTableBuilder {
  readonly tellFilesApart: boolean;
  readonly #account: MemoryAccount;
  readonly #names: string[] = [""];
  readonly #files: string[] = [""];
  readonly #indexOfName = new Map<string, number>([["", 0]]);
  readonly #indexInFile = new Map<string, Map<string, number>>();
  #heapBytes = 0;
  #lastAdopted: { readonly names: readonly string[]; readonly remap: Uint32Array } | undefined;

  constructor(options: FunctionTableOptions = {}) {
    this.tellFilesApart = options.tellFilesApart ?? false;
    this.#account = options.account ?? noAccount;
    this.#indexInFile.set("", this.#indexOfName);
  }

  get count(): number {
    return this.#names.length;
  }

  /** Heap that the functions take, in bytes. */
  get heapBytes(): number {
    return this.#heapBytes;
  }

  /** The index of a function; the file counts only when files are told apart. @throws what the account throws. */
  indexOf(name: string, file = ""): number {
    const known = this.tellFilesApart ? this.#indexesIn(file) : this.#indexOfName;
    const found = known.get(name);
    if (found !== undefined) return found;
    const bytes = functionHeapBytes(name, this.tellFilesApart ? file : "");
    this.#account.heap(bytes);
    this.#heapBytes += bytes;
    const index = this.#names.length;
    known.set(name, index);
    this.#names.push(name);
    if (this.tellFilesApart) this.#files.push(file);
    return index;
  }

  /** For each function of a table its index here; trees in a row that share a table cost one look at its names. */
  adopt(table: FunctionTable): Uint32Array {
    const { names, files } = table;
    const last = this.#lastAdopted;
    if (last?.names === names && last.remap.length === names.length) return last.remap;
    const isOwn = names === this.#names;
    const remap = new Uint32Array(names.length);
    for (let i = 0; i < remap.length; i++) remap[i] = isOwn ? i : this.indexOf(names[i] ?? "", files?.[i] ?? "");
    this.#lastAdopted = { names, remap };
    return remap;
  }

  /** The table so far. It grows with the builder; an index never changes its function. */
  table(): FunctionTable {
    return this.tellFilesApart ? { names: this.#names, files: this.#files } : { names: this.#names };
  }

  #indexesIn(file: string): Map<string, number> {
    let known = this.#indexInFile.get(file);
    if (known === undefined) {
      known = new Map();
      this.#indexInFile.set(file, known);
    }
    return known;
  }
}
