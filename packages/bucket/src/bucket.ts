/** Which keys a listing returns. */
export interface ListRequest {
  /** Only keys that begin so; "" = all. */
  readonly prefix: string;
  /** With `folders` what lies behind the next `/` is folded into one name that ends in `/`. */
  readonly mode: "keys" | "folders";
  /** Only names above this one; take `next` of the page before. */
  readonly after?: string;
  /** Names a page; default and maximum 1,000, as S3 has it. */
  readonly limit?: number;
}

/** One page of a listing: keys, and with mode `folders` also names that end in `/`, in ascending order. */
export interface ListPage {
  readonly names: readonly string[];
  /** What the next page comes after; undefined on the last one. */
  readonly next: string | undefined;
}

/** An object that is written piece by piece and appears as a whole, or not at all. */
export interface ObjectWriter {
  /** Adds bytes. The promise holds the writer back when storage is slow. */
  append(bytes: Uint8Array): Promise<void>;
  /** Makes the object durable and visible. */
  finish(): Promise<void>;
  /** Gives it up; nothing stays. Harmless after `finish`. */
  abort(): Promise<void>;
}

/**
 * Object storage. Objects are written whole, never changed in place, and a reader sees the old or the new one.
 * Keys are paths of parts joined by `/`; see `checkKey`.
 *
 * Methods throw BasaltError `object_not_found`, `disk_full`, `storage_unavailable`, `storage_denied`, `storage_refused`,
 * `storage_bucket_missing`; other errors are those of the disk.
 */
export interface Bucket {
  get(key: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Exactly `length` bytes from an offset. @throws BasaltError `object_not_found`, `range_beyond_object`. */
  getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
  /** Undefined if there is no such object. */
  attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined>;
  /** Writes or replaces an object. */
  put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /**
   * Writes an object unless one is there: of any number of callers exactly one gets true. Where the storage's answer is
   * lost, an object with these very bytes counts as this caller's: who must tell callers apart writes something of its own.
   */
  putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean>;
  /**
   * Replaces an object if it still is of a version, which `attributes` gave: of any number of callers with one version
   * exactly one gets true. Who compares and swaps asks for the attributes first and reads the content after, so that a
   * change between the two makes the swap fail. A key that is swapped is not also written by `put`. Lost answers are
   * treated as by `putIfAbsent`. False also if the object is gone.
   */
  putIfVersion(key: string, bytes: Uint8Array, version: string, signal?: AbortSignal): Promise<boolean>;
  /** Begins an object that is too large for memory. The signal holds for all that the writer does. */
  create(key: string, signal?: AbortSignal): Promise<ObjectWriter>;
  list(request: ListRequest, signal?: AbortSignal): Promise<ListPage>;
  /** Removes an object; none there is fine. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
}

/** Bytes of an object. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What is known of an object without reading it. */
export interface ObjectAttributes {
  readonly bytes: number;
  /** Opaque; another one after each write of other bytes. */
  readonly version: string;
  /** Unix time of the last write by the storage's clock, ms. */
  readonly modifiedMs: number;
}

export const listLimitMax = 1000;

/** Every name of a listing, page by page. */
export async function* listAll(
  bucket: Bucket,
  request: Pick<ListRequest, "prefix" | "mode">,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const page: ListPage = await bucket.list({ ...request, ...(after === undefined ? {} : { after }) }, signal);
    yield* page.names;
    after = page.next;
  } while (after !== undefined);
}
