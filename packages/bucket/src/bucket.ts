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
 * Methods throw BasaltError `object_not_found`, `disk_full`; other errors are those of the storage.
 */
export interface Bucket {
  get(key: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Exactly `length` bytes from an offset. @throws BasaltError `object_not_found`, `range_beyond_object`. */
  getRange(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
  /** Undefined if there is no such object. */
  attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined>;
  /** Writes or replaces an object. */
  put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Writes an object unless one is there: of any number of callers exactly one gets true. */
  putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean>;
  /** Begins an object that is too large for memory. */
  create(key: string): Promise<ObjectWriter>;
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
