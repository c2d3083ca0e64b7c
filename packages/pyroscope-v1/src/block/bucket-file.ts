import type { Bucket } from "@basalt/bucket";
import { BasaltError } from "@basalt/model";
import type { RangeReader } from "@basalt/parquet";

/** A file of a block in a bucket; its size is asked for once. */
export class BucketFile implements RangeReader {
  readonly key: string;
  readonly #bucket: Bucket;
  readonly #signal: AbortSignal | undefined;
  #size: Promise<number> | undefined;

  constructor(bucket: Bucket, key: string, signal: AbortSignal | undefined) {
    this.#bucket = bucket;
    this.key = key;
    this.#signal = signal;
  }

  size(): Promise<number> {
    this.#size ??= this.#attributes();
    return this.#size;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#bucket.getRange(this.key, { offset, length }, this.#signal);
  }

  /** The whole file. @throws BasaltError `block_corrupt` if it is longer than `bytesMax`. */
  async readAll(bytesMax: number): Promise<Uint8Array> {
    const bytes = await this.size();
    if (bytes > bytesMax) throw new BasaltError("block_corrupt", `${this.key} has ${bytes} bytes, at most ${bytesMax}`);
    return this.#bucket.get(this.key, this.#signal);
  }

  async #attributes(): Promise<number> {
    const attributes = await this.#bucket.attributes(this.key, this.#signal);
    if (attributes === undefined) throw new BasaltError("object_not_found", `object "${this.key}" does not exist`);
    return attributes.bytes;
  }
}
