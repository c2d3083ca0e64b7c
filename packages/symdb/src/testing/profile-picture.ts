import type { SampleColumns, SymbolColumns } from "@basalt/model";
import { stringAt } from "@basalt/model";
import type { SymbolTables } from "../symbol-tables.ts";

/** One line of a location. */
export interface DrawnLine {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** One location: lines from the callee to the caller, as pprof has them. */
export interface DrawnLocation {
  readonly binary: string;
  readonly hasFunctions: boolean;
  readonly address: bigint;
  readonly lines: readonly DrawnLine[];
}

/** Makes columns of a profile, thing by thing, each once. */
export class ProfileBuilder {
  readonly #strings = new Table<string>();
  readonly #functions = new Table<readonly [name: number, file: number]>();
  readonly #mappings = new Table<readonly [file: number, flags: number]>();
  readonly #locations = new Table<DrawnLocation>();
  readonly #stacks: number[][] = [];
  readonly #values: bigint[][] = [];

  constructor() {
    this.#strings.indexOf("");
  }

  /** A string that nothing refers to, which moves the numbers of those after it. */
  addUnused(text: string): void {
    this.#functions.indexOf([this.#strings.indexOf(text), 0]);
    this.#locations.indexOf({ binary: text, hasFunctions: false, address: 1n, lines: [] });
  }

  /** A sample; locations leaf first. */
  addSample(locations: readonly DrawnLocation[], values: readonly bigint[]): void {
    this.#stacks.push(locations.map((location) => this.#locations.indexOf(location)));
    this.#values.push([...values]);
  }

  finish(): SymbolColumns & SampleColumns {
    const locations = this.#locations.rows.map((location) => ({
      ...location,
      mapping: location.binary === "" ? 0 : this.#mappingOf(location) + 1,
      calls: location.lines.map(({ name, file }) => this.#functionOf(name, file) + 1),
    }));
    const lines = locations.flatMap((location) => location.lines);
    const utf8 = new TextEncoder();
    const strings = this.#strings.rows.map((text) => utf8.encode(text));
    const zeros = (count: number): BigUint64Array => new BigUint64Array(count);
    return {
      stringBytes: Uint8Array.from(strings.flatMap((bytes) => [...bytes])),
      stringCount: strings.length,
      stringStart: startsOf(strings.map((bytes) => bytes.length)),
      stringLength: Uint32Array.from(strings, (bytes) => bytes.length),
      functionCount: this.#functions.rows.length,
      functionName: Uint32Array.from(this.#functions.rows, ([name]) => name),
      functionSystemName: Uint32Array.from(this.#functions.rows, ([name]) => name),
      functionFilename: Uint32Array.from(this.#functions.rows, ([, file]) => file),
      functionStartLine: new Uint32Array(this.#functions.rows.length),
      mappingCount: this.#mappings.rows.length,
      mappingStart: zeros(this.#mappings.rows.length).fill(0x400000n),
      mappingLimit: zeros(this.#mappings.rows.length).fill(0x500000n),
      mappingOffset: zeros(this.#mappings.rows.length),
      mappingFilename: Uint32Array.from(this.#mappings.rows, ([file]) => file),
      mappingBuildId: new Uint32Array(this.#mappings.rows.length),
      mappingFlags: Uint8Array.from(this.#mappings.rows, ([, flags]) => flags),
      locationCount: locations.length,
      locationMapping: Uint32Array.from(locations, ({ mapping }) => mapping),
      locationAddressLow: Uint32Array.from(locations, ({ address }) => Number(address & 0xffffffffn)),
      locationAddressHigh: Uint32Array.from(locations, ({ address }) => Number(address >> 32n)),
      locationIsFolded: new Uint8Array(locations.length),
      locationLineStart: startsOf(locations.map((location) => location.lines.length)),
      lineCount: lines.length,
      lineFunction: Uint32Array.from(locations.flatMap(({ calls }) => calls)),
      lineNumber: Uint32Array.from(lines, ({ line }) => line),
      sampleCount: this.#stacks.length,
      stackStart: startsOf(this.#stacks.map((stack) => stack.length)),
      stackLocation: Uint32Array.from(this.#stacks.flat()),
      sampleTypeCount: this.#values[0]?.length ?? 1,
      values: BigInt64Array.from(this.#values.flat()),
    };
  }

  #functionOf(name: string, file: string): number {
    return this.#functions.indexOf([this.#strings.indexOf(name), this.#strings.indexOf(file)]);
  }

  #mappingOf({ binary, hasFunctions }: DrawnLocation): number {
    return this.#mappings.indexOf([this.#strings.indexOf(binary), hasFunctions ? 1 : 0]);
  }
}

/** Rows, each once by its JSON, in the order of first use. */
class Table<Row> {
  readonly rows: Row[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(row: Row): number {
    const key = JSON.stringify(row, (_key, value) => (typeof value === "bigint" ? String(value) : value));
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.rows.length);
    return this.rows.push(row) - 1;
  }
}

function startsOf(lengths: readonly number[]): Uint32Array {
  const starts = new Uint32Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) starts[i + 1] = (starts[i] ?? 0) + length;
  return starts;
}

/**
 * A profile drawn as folded stacks, one a line, root first: `main;work@work.go:12;outer>inner 10 200`, values at the end.
 * `outer>inner` is one location whose inner function was inlined; `bin!0x1f` is one without functions; `bin!main` is of
 * a binary with functions, at an address made from the text, which must not count. A line of values alone is an empty
 * stack. With `unused`, things that nothing refers to come first, so that all numbers are others.
 */
export function profileFromPicture(picture: string, unused: readonly string[] = []): SymbolColumns & SampleColumns {
  const builder = new ProfileBuilder();
  for (const text of unused) builder.addUnused(text);
  for (const line of picture.split("\n")) {
    if (line.trim() === "") continue;
    const [, stack = "", values = ""] = /^\s*(?:(\S*) )?(\d+(?: \d+)*)\s*$/.exec(line) ?? [];
    const locations = stack === "" ? [] : stack.split(";").map((text) => locationFrom(text, unused.length));
    builder.addSample(locations.reverse(), values.split(" ").map(BigInt));
  }
  return builder.finish();
}

function locationFrom(text: string, salt: number): DrawnLocation {
  const [, binary = "", rest = ""] = /^(?:(.*)!)?(.*)$/.exec(text) ?? [];
  if (rest.startsWith("0x")) return { binary, hasFunctions: false, address: BigInt(rest), lines: [] };
  const lines = rest.split(">").map((line) => {
    const [, name = "", file = "", number = "0"] = /^([^@]*)(?:@([^:]*):?(\d+)?)?$/.exec(line) ?? [];
    return { name, file, line: Number(number) };
  });
  const address = binary === "" ? 0n : BigInt(rest.length * 1000 + salt);
  return { binary, hasFunctions: binary !== "", address, lines: lines.reverse() };
}

/** A stack of tables, drawn as above, with no address where there are lines. */
export function drawStack(tables: SymbolTables, stack: number): string {
  const locations: string[] = [];
  for (let at = stack; at !== 0; at = tables.stackParent[at] ?? 0) {
    locations.unshift(drawLocation(tables, tables.stackLocation[at] ?? 0));
  }
  return locations.join(";");
}

function drawLocation(tables: SymbolTables, location: number): string {
  const mapping = tables.locationMapping[location] ?? 0;
  const binary = mapping === 0 ? "" : `${stringAt(tables, tables.mappingFilename[mapping - 1] ?? 0)}!`;
  const [first = 0, end = 0] = tables.locationLineStart.subarray(location, location + 2);
  if (first === end) return `${binary}0x${tables.locationAddressLow[location]?.toString(16)}`;
  const lines: string[] = [];
  for (let line = first; line < end; line++) {
    const callee = (tables.lineFunction[line] ?? 0) - 1;
    const file = stringAt(tables, tables.functionFilename[callee] ?? 0);
    const number = tables.lineNumber[line] === 0 ? "" : `:${tables.lineNumber[line]}`;
    lines.unshift(`${stringAt(tables, tables.functionName[callee] ?? 0)}${file === "" ? "" : `@${file}${number}`}`);
  }
  return `${binary}${lines.join(">")}`;
}

/** Stacks with values, drawn and sorted, one a line: equal for equal content. */
export function drawValues(tables: SymbolTables, values: BigInt64Array): string {
  const lines: string[] = [];
  for (let stack = 0; stack < tables.stackCount; stack++) {
    if (values[stack] !== 0n) lines.push(`${drawStack(tables, stack)} ${values[stack]}`.trim());
  }
  return lines.sort().join("\n");
}
