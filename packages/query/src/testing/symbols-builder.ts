import type { SymbolTables } from "@basalt/symdb";

const utf8 = new TextEncoder();

/** Makes the symbols of a partition from stacks as text: `main;work+inlined;leaf`, one location a part, `+` for inlining. */
export class SymbolsBuilder {
  private readonly strings: string[] = [""];
  private readonly functions: number[] = [];
  /** Functions of each location, leaf first. */
  private readonly locations: number[][] = [];
  private readonly locationOfText = new Map<string, number>();
  private readonly stackParent: number[] = [0];
  private readonly stackLocation: number[] = [0];
  private readonly stackOfKey = new Map<string, number>();
  private finished: SymbolTables | undefined;

  /** Id of a stack; the empty text is stack 0. */
  stack(text: string): number {
    let id = 0;
    if (text === "") return id;
    for (const frame of text.split(";")) {
      const location = this.location(frame);
      const key = `${id} ${location}`;
      let next = this.stackOfKey.get(key);
      if (next === undefined) {
        next = this.stackParent.length;
        this.stackParent.push(id);
        this.stackLocation.push(location);
        this.stackOfKey.set(key, next);
      }
      id = next;
    }
    return id;
  }

  private location(frame: string): number {
    const known = this.locationOfText.get(frame);
    if (known !== undefined) return known;
    const names = frame.split("+").reverse();
    const id = this.locations.push(names.map((name) => this.function(name))) - 1;
    this.locationOfText.set(frame, id);
    return id;
  }

  private function(name: string): number {
    let string = this.strings.indexOf(name);
    if (string < 0) string = this.strings.push(name) - 1;
    const known = this.functions.indexOf(string);
    return known >= 0 ? known : this.functions.push(string) - 1;
  }

  /** The tables; stacks added later are not in it. */
  finish(): SymbolTables {
    return (this.finished ??= this.build());
  }

  private build(): SymbolTables {
    const encoded = this.strings.map((text) => utf8.encode(text));
    const stringStart = new Uint32Array(encoded.length);
    let stringBytesLength = 0;
    encoded.forEach((bytes, i) => {
      stringStart[i] = stringBytesLength;
      stringBytesLength += bytes.length;
    });
    const stringBytes = new Uint8Array(stringBytesLength);
    for (const [i, bytes] of encoded.entries()) stringBytes.set(bytes, stringStart[i]);
    const locationLineStart = [0];
    for (const lines of this.locations) locationLineStart.push((locationLineStart.at(-1) ?? 0) + lines.length);
    const lines = this.locations.flat();
    const zeros = (count: number): Uint32Array => new Uint32Array(count);
    return {
      stringBytes,
      stringCount: encoded.length,
      stringStart,
      stringLength: Uint32Array.from(encoded, (bytes) => bytes.length),
      functionCount: this.functions.length,
      functionName: Uint32Array.from(this.functions),
      functionSystemName: Uint32Array.from(this.functions),
      functionFilename: zeros(this.functions.length),
      functionStartLine: zeros(this.functions.length),
      mappingCount: 0,
      mappingStart: new BigUint64Array(0),
      mappingLimit: new BigUint64Array(0),
      mappingOffset: new BigUint64Array(0),
      mappingFilename: zeros(0),
      mappingBuildId: zeros(0),
      mappingFlags: new Uint8Array(0),
      locationCount: this.locations.length,
      locationMapping: zeros(this.locations.length),
      locationAddressLow: zeros(this.locations.length),
      locationAddressHigh: zeros(this.locations.length),
      locationIsFolded: new Uint8Array(this.locations.length),
      locationLineStart: Uint32Array.from(locationLineStart),
      lineCount: lines.length,
      lineFunction: Uint32Array.from(lines, (fn) => fn + 1),
      lineNumber: zeros(lines.length),
      stackCount: this.stackParent.length,
      stackParent: Uint32Array.from(this.stackParent),
      stackLocation: Uint32Array.from(this.stackLocation),
      stackHash: new BigUint64Array(this.stackParent.length),
    };
  }
}
