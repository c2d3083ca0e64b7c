import type { Bucket, ByteRange, ListPage, ListRequest, ObjectAttributes, ObjectWriter } from "./bucket.ts";
import { checkKey } from "./object-key.ts";

/** The part of a bucket whose keys begin with a prefix that ends in `/`, as a bucket of its own. */
export function prefixBucket(bucket: Bucket, prefix: string): Bucket {
  checkKey(prefix.replace(/\/$/, ""));
  return new PrefixBucket(bucket, prefix.endsWith("/") ? prefix : `${prefix}/`);
}

class PrefixBucket implements Bucket {
  private readonly bucket: Bucket;
  private readonly prefix: string;

  constructor(bucket: Bucket, prefix: string) {
    this.bucket = bucket;
    this.prefix = prefix;
  }

  async get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.bucket.get(this.keyOf(key), signal);
  }

  async getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    return this.bucket.getRange(this.keyOf(key), range, signal);
  }

  async attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined> {
    return this.bucket.attributes(this.keyOf(key), signal);
  }

  async put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    return this.bucket.put(this.keyOf(key), bytes, signal);
  }

  async putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return this.bucket.putIfAbsent(this.keyOf(key), bytes, signal);
  }

  async putIfVersion(key: string, bytes: Uint8Array, version: string, signal?: AbortSignal): Promise<boolean> {
    return this.bucket.putIfVersion(this.keyOf(key), bytes, version, signal);
  }

  async create(key: string, signal?: AbortSignal): Promise<ObjectWriter> {
    return this.bucket.create(this.keyOf(key), signal);
  }

  async list(request: ListRequest, signal?: AbortSignal): Promise<ListPage> {
    const after = request.after === undefined || request.after === "" ? {} : { after: this.prefix + request.after };
    const page = await this.bucket.list({ ...request, ...after, prefix: this.prefix + request.prefix }, signal);
    const cut = (name: string): string => name.slice(this.prefix.length);
    return { names: page.names.map(cut), next: page.next === undefined ? undefined : cut(page.next) };
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    return this.bucket.delete(this.keyOf(key), signal);
  }

  private keyOf(key: string): string {
    checkKey(key);
    return this.prefix + key;
  }
}
