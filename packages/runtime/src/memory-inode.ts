import type { Random } from "./random.ts";

/** Bytes of a page, the unit in which a torn file ends in zeros. */
const pageBytes = 4096;

/** A file's bytes, and what of them survives a power cut. */
export class MemoryFile {
  length = 0;
  /** No time passes on a disk in memory: 0 unless set. */
  modifiedMs = 0;
  private bytes: Uint8Array = new Uint8Array(64);
  private durableLength = 0;
  /** What is on the platter, once a truncation that is not synced made it differ from a prefix of `bytes`. */
  private durable: Uint8Array | undefined;

  append(added: Uint8Array): void {
    const needed = this.length + added.length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.content());
      this.bytes = grown;
    }
    this.bytes.set(added, this.length);
    this.length = needed;
  }

  content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  truncate(length: number): void {
    if (length < this.durableLength && this.durable === undefined)
      this.durable = this.bytes.slice(0, this.durableLength);
    this.length = Math.min(this.length, length);
  }

  sync(): void {
    this.durable = undefined;
    this.durableLength = this.length;
  }

  /** Keeps what was synced, and perhaps a part of the rest: a prefix, whose end may be zeros. */
  loseUnsynced(random: Random): void {
    if (this.durable !== undefined) {
      if (random.next() < 0.5) {
        this.bytes = this.durable;
        this.length = this.durable.length;
      }
    } else {
      const kept = Math.floor(random.next() * (this.length - this.durableLength + 1));
      this.length = this.durableLength + kept;
      const zeros = random.next() < 0.25 ? Math.min(kept, pageBytes) : 0;
      this.bytes.fill(0, this.length - zeros, this.length);
    }
    this.sync();
  }
}

/** A change of a folder's entries that a power cut may undo. */
type Change = (entries: Map<string, MemoryFile | MemoryFolder>) => void;

/** A folder's entries, and which of them survive a power cut. */
export class MemoryFolder {
  readonly entries: Map<string, MemoryFile | MemoryFolder> = new Map();
  private durable = new Map<string, MemoryFile | MemoryFolder>();
  private pending: Change[] = [];

  put(name: string, entry: MemoryFile | MemoryFolder): void {
    this.change((entries) => entries.set(name, entry));
  }

  putDurably(name: string, entry: MemoryFolder): void {
    this.entries.set(name, entry);
    this.durable.set(name, entry);
  }

  drop(name: string): void {
    this.change((entries) => entries.delete(name));
  }

  move(from: string, to: string): void {
    this.change((entries) => {
      const entry = entries.get(from);
      entries.delete(from);
      if (entry !== undefined) entries.set(to, entry);
    });
  }

  sync(): void {
    this.durable = new Map(this.entries);
    this.pending = [];
  }

  /** Of the changes that were not synced the first few survive. */
  loseUnsynced(random: Random): void {
    const kept = Math.floor(random.next() * (this.pending.length + 1));
    const survivors = new Map(this.durable);
    for (const change of this.pending.slice(0, kept)) change(survivors);
    this.entries.clear();
    for (const [name, entry] of survivors) {
      entry.loseUnsynced(random);
      this.entries.set(name, entry);
    }
    this.sync();
  }

  usedBytes(): number {
    let total = 0;
    for (const entry of this.entries.values()) total += entry instanceof MemoryFile ? entry.length : entry.usedBytes();
    return total;
  }

  private change(change: Change): void {
    change(this.entries);
    this.pending.push(change);
  }
}
