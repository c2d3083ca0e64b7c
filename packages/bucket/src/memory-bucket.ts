import type { Clock } from "@basalt/runtime";
import {
  type Bucket,
  type ByteRange,
  type ListPage,
  type ListRequest,
  listLimitMax,
  type ObjectAttributes,
  type ObjectWriter,
} from "./bucket.ts";
import { checkKey } from "./object-key.ts";
import { objectNotFound, rangeBeyondObject } from "./storage-error.ts";

interface StoredObject extends ObjectAttributes {
  readonly content: Uint8Array;
}

/** Objects in memory, for tests and simulation. */
export class MemoryBucket implements Bucket {
  private readonly objects = new Map<string, StoredObject>();
  private readonly clock: Pick<Clock, "nowMs">;
  private writeCount = 0;

  /** Without a clock, everything was written at time 0. */
  constructor(clock: Pick<Clock, "nowMs"> = { nowMs: () => 0 }) {
    this.clock = clock;
  }

  async get(key: string): Promise<Uint8Array> {
    return this.find(key).content.slice();
  }

  async getRange(key: string, { offset, length }: ByteRange): Promise<Uint8Array> {
    const { content } = this.find(key);
    if (offset + length > content.length) throw rangeBeyondObject(key, offset + length, content.length);
    return content.slice(offset, offset + length);
  }

  async attributes(key: string): Promise<ObjectAttributes | undefined> {
    checkKey(key);
    const found = this.objects.get(key);
    return found === undefined
      ? undefined
      : { bytes: found.bytes, version: found.version, modifiedMs: found.modifiedMs };
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    checkKey(key);
    const version = `${++this.writeCount}`;
    const content = bytes.slice();
    this.objects.set(key, { content, bytes: content.length, version, modifiedMs: this.clock.nowMs() });
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    if (this.objects.has(key)) return false;
    await this.put(key, bytes);
    return true;
  }

  async putIfVersion(key: string, bytes: Uint8Array, version: string): Promise<boolean> {
    if (this.objects.get(key)?.version !== version) return false;
    await this.put(key, bytes);
    return true;
  }

  async create(key: string): Promise<ObjectWriter> {
    checkKey(key);
    const parts: Uint8Array[] = [];
    return {
      append: async (bytes) => void parts.push(bytes.slice()),
      finish: () => this.put(key, Buffer.concat(parts)),
      abort: async () => undefined,
    };
  }

  async list({ prefix, mode, after = "", limit = listLimitMax }: ListRequest): Promise<ListPage> {
    const names = new Set<string>();
    for (const key of this.objects.keys()) {
      if (!key.startsWith(prefix)) continue;
      const slash = mode === "folders" ? key.indexOf("/", prefix.length) : -1;
      names.add(slash < 0 ? key : key.slice(0, slash + 1));
    }
    const found = [...names].filter((name) => name > after).sort();
    const page = found.slice(0, Math.min(limit, listLimitMax));
    return { names: page, next: page.length < found.length ? page.at(-1) : undefined };
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    this.objects.delete(key);
  }

  private find(key: string): StoredObject {
    checkKey(key);
    const found = this.objects.get(key);
    if (found === undefined) throw objectNotFound(key);
    return found;
  }
}
