import { grownUint32 } from "./grow.ts";
import { finishHash, mixWord } from "./hash.ts";
import { HashSlots } from "./hash-slots.ts";

/** Functions, each once; the columns of SymbolColumns. */
export class InternedFunctions {
  count = 0;
  name: Uint32Array = new Uint32Array(64);
  systemName: Uint32Array = new Uint32Array(64);
  filename: Uint32Array = new Uint32Array(64);
  startLine: Uint32Array = new Uint32Array(64);
  readonly #seed: number;
  readonly #slots = new HashSlots();

  constructor(seed: number) {
    this.#seed = seed;
  }

  get byteLength(): number {
    return 4 * this.name.byteLength + this.#slots.byteLength;
  }

  /** The number of a function, given by indexes of strings and a line. */
  intern(name: number, systemName: number, filename: number, startLine: number): number {
    let hash = mixWord(mixWord(this.#seed, name), systemName);
    hash = finishHash(mixWord(mixWord(hash, filename), startLine));
    const slots = this.#slots;
    const first = slots.slotOf(hash);
    let slot = first;
    for (let entry = slots.entryAt(slot); entry >= 0; entry = slots.entryAt(slot)) {
      const isEqual =
        slots.hashAt(slot) === hash &&
        this.name[entry] === name &&
        this.systemName[entry] === systemName &&
        this.filename[entry] === filename &&
        this.startLine[entry] === startLine;
      if (isEqual) return entry;
      slot = slots.next(slot, first);
    }
    slots.add(hash, slot);
    const entry = this.count++;
    this.#reserve();
    this.name[entry] = name;
    this.systemName[entry] = systemName;
    this.filename[entry] = filename;
    this.startLine[entry] = startLine;
    return entry;
  }

  #reserve(): void {
    if (this.count <= this.name.length) return;
    this.name = grownUint32(this.name, this.count);
    this.systemName = grownUint32(this.systemName, this.count);
    this.filename = grownUint32(this.filename, this.count);
    this.startLine = grownUint32(this.startLine, this.count);
  }
}
