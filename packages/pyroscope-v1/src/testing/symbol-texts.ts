import type { StackNodes } from "../format/stack-chunk.ts";

/** Symbols as they are written: references are indexes in the tables. */
export interface WrittenTables {
  readonly strings: readonly string[];
  /** Name of each function. */
  readonly functions: readonly number[];
  /** Functions of the lines of each location, the innermost first. Line numbers are function numbers plus 10. */
  readonly locations: readonly (readonly number[])[];
  readonly addresses: readonly number[];
}

interface Tables extends WrittenTables {
  readonly strings: string[];
  readonly functions: number[];
  readonly locations: (readonly number[])[];
  readonly addresses: number[];
  readonly locationOf: Map<string, number>;
}

/** Numbers what texts of stacks name. A location `0x1f` has no lines. */
export class SymbolTexts {
  readonly #tables: Tables;
  readonly #parent: number[] = [0];
  readonly #location: number[] = [0];
  readonly #stackOf = new Map<string, number>();

  constructor(
    tables: Tables = {
      strings: ["", "a.out", "build"],
      functions: [],
      locations: [],
      addresses: [],
      locationOf: new Map(),
    },
  ) {
    this.#tables = tables;
  }

  /** Other stacks over the same tables. */
  sibling(): SymbolTexts {
    return new SymbolTexts(this.#tables);
  }

  stack(text: string): number {
    let stack = 0;
    for (const frame of text === "" ? [] : text.split(";")) {
      const key = `${stack}/${frame}`;
      let below = this.#stackOf.get(key);
      if (below === undefined) {
        below = this.#parent.push(stack) - 1;
        this.#location.push(this.#locationIndex(frame));
        this.#stackOf.set(key, below);
      }
      stack = below;
    }
    return stack;
  }

  tables(): WrittenTables {
    return this.#tables;
  }

  nodes(): StackNodes {
    return { parent: Uint32Array.from(this.#parent), location: Uint32Array.from(this.#location) };
  }

  #locationIndex(frame: string): number {
    const { locations, addresses, locationOf } = this.#tables;
    const known = locationOf.get(frame);
    if (known !== undefined) return known;
    const names = frame.startsWith("0x") ? [] : frame.split(">").reverse();
    const index = locations.push(names.map((name) => this.#functionIndex(name))) - 1;
    addresses.push(frame.startsWith("0x") ? Number(frame) : 0x401000 + index);
    locationOf.set(frame, index);
    return index;
  }

  #functionIndex(name: string): number {
    const { strings, functions } = this.#tables;
    let string = strings.indexOf(name);
    if (string < 0) string = strings.push(name) - 1;
    const known = functions.indexOf(string);
    return known >= 0 ? known : functions.push(string) - 1;
  }
}
