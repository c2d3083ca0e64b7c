import type { FunctionTableBuilder, MemoryAccount } from "@basalt/calltree";
import { defined, stringAt } from "@basalt/model";
import { grownUint32 } from "./grow.ts";
import { InternedFunctions } from "./interned-functions.ts";
import { InternedStrings } from "./interned-strings.ts";
import type { PathTables } from "./path-tables.ts";

/**
 * Finds functions of many tables in one function table by the bytes of their names (and files): a name is decoded once
 * however many tables hold it.
 */
export class FunctionIndexes {
  readonly #functions: FunctionTableBuilder;
  readonly #account: MemoryAccount;
  #bytes = 0;
  readonly #strings: InternedStrings;
  /** Pairs of name and file, when files are told apart. */
  readonly #pairs: InternedFunctions;
  /** Index in the function table, plus one, by number of name or pair; 0 = not known. */
  #indexOf: Uint32Array = new Uint32Array(256);

  constructor(functions: FunctionTableBuilder, by: { readonly seed: number; readonly account: MemoryAccount }) {
    const { seed, account } = by;
    this.#functions = functions;
    this.#account = account;
    this.#strings = new InternedStrings(seed);
    this.#pairs = new InternedFunctions(seed);
  }

  /** The index of a function of tables; `view` is over their `stringBytes`. @throws what the account throws. */
  indexOf(tables: PathTables, view: DataView, callee: number): number {
    const name = tables.functionName[callee] as number;
    const { tellFilesApart } = this.#functions;
    const file = tellFilesApart ? (defined(tables.functionFilename, "files of functions")[callee] as number) : 0;
    const nameNumber = this.#string(tables, view, name);
    const number = tellFilesApart ? this.#pairs.intern(nameNumber, 0, this.#string(tables, view, file), 0) : nameNumber;
    this.#indexOf = grownUint32(this.#indexOf, number + 1);
    const known = this.#indexOf[number] as number;
    if (known !== 0) return known - 1;
    this.#count(tables.stringLength[name] as number);
    const index = this.#functions.indexOf(stringAt(tables, name), tellFilesApart ? stringAt(tables, file) : "");
    this.#indexOf[number] = index + 1;
    return index;
  }

  /** Counts what the tables of bytes grew by, and a copy of a new name: the tree that names it is encoded. */
  #count(nameBytes: number): void {
    const bytes = this.#strings.byteLength + this.#pairs.byteLength + this.#indexOf.byteLength;
    this.#account.columns(bytes - this.#bytes + nameBytes);
    this.#bytes = bytes;
  }

  #string(tables: PathTables, view: DataView, index: number): number {
    return this.#strings.intern(view, tables.stringStart[index] as number, tables.stringLength[index] as number);
  }
}
