import {
  type Bucket,
  type ByteRange,
  type ListPage,
  type ListRequest,
  listLimitMax,
  type ObjectAttributes,
  type ObjectWriter,
} from "./bucket.ts";
import { checkKey, objectNotFound, rangeBeyondObject } from "./object-key.ts";

/** Objects in memory, for tests and simulation. */
export class MemoryBucket implements Bucket {
  private readonly objects = new Map<string, Uint8Array>();

  async get(key: string): Promise<Uint8Array> {
    return this.find(key).slice();
  }

  async getRange(key: string, { offset, length }: ByteRange): Promise<Uint8Array> {
    const bytes = this.find(key);
    if (offset + length > bytes.length) throw rangeBeyondObject(key, offset + length, bytes.length);
    return bytes.slice(offset, offset + length);
  }

  async attributes(key: string): Promise<ObjectAttributes | undefined> {
    const bytes = this.objects.get(key);
    return bytes === undefined ? undefined : { bytes: bytes.length };
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    checkKey(key);
    this.objects.set(key, bytes.slice());
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    if (this.objects.has(key)) return false;
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
    this.objects.delete(key);
  }

  private find(key: string): Uint8Array {
    const bytes = this.objects.get(key);
    if (bytes === undefined) throw objectNotFound(key);
    return bytes;
  }
}
