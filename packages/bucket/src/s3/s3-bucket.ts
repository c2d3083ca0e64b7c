import type { GetObjectCommandOutput, ListObjectsV2CommandOutput, PutObjectCommandInput, S3 } from "@aws-sdk/client-s3";
import { BasaltError } from "@basalt/model";
import type { Clock } from "@basalt/runtime";
import {
  type Bucket,
  type ByteRange,
  type ListPage,
  type ListRequest,
  listLimitMax,
  type ObjectAttributes,
  type ObjectWriter,
} from "../bucket.ts";
import { checkKey } from "../object-key.ts";
import { type Retry, tryOnce } from "../retrier.ts";
import { nothingOf, rangeBeyondObject, storageUnavailable } from "../storage-error.ts";
import { encryptionInput } from "./s3-client.ts";
import { type CallOptions, S3Connection } from "./s3-connection.ts";
import type { S3Settings } from "./s3-settings.ts";
import { S3Writer } from "./s3-writer.ts";

/** What an S3 bucket works with. */
export interface S3BucketOptions {
  readonly settings: S3Settings;
  readonly clock: Pick<Clock, "after" | "nowMs">;
  /** Repeats requests of a large object's upload, as only the writer can; whole calls are repeated by `retryBucket`. */
  readonly retry?: Retry;
}

/** The last character there is: what follows a folder's name with it comes after all that the folder holds. */
const lastCharacter = "\u{10ffff}";

/** Objects of a bucket of S3, or of a storage that speaks its language. The SDK is loaded at the first call. */
export class S3Bucket implements Bucket {
  private readonly connection: S3Connection;
  private readonly settings: S3Settings;
  private readonly retry: Retry;
  private readonly encryption: ReturnType<typeof encryptionInput>;

  /** @throws BasaltError `config_invalid`. */
  constructor({ settings, clock, retry = tryOnce }: S3BucketOptions) {
    this.connection = new S3Connection(settings, clock);
    this.settings = settings;
    this.retry = retry;
    this.encryption = encryptionInput(settings);
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    const input = this.inputOf(key);
    return this.connection.read({ operation: "get", key }, (s3, options) => s3.getObject(input, options), signal);
  }

  async getRange(key: string, { offset, length }: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    if (length === 0) return nothingOf(key, offset, await this.attributes(key, signal));
    const input = { ...this.inputOf(key), Range: `bytes=${offset}-${offset + length - 1}` };
    try {
      const request = { operation: "get a range", key };
      const send = async (s3: S3, options: CallOptions): Promise<GetObjectCommandOutput> => {
        const answer = await s3.getObject(input, options);
        checkRange(key, { offset, length }, answer);
        return answer;
      };
      return await this.connection.read(request, send, signal);
    } catch (error) {
      throw hasStatus(error, 416) ? rangeBeyondObject(key, offset + length, undefined) : error;
    }
  }

  async attributes(key: string, signal?: AbortSignal): Promise<ObjectAttributes | undefined> {
    const input = this.inputOf(key);
    try {
      const request = { operation: "attributes", key };
      const found = await this.connection.call(request, (s3, options) => s3.headObject(input, options), signal);
      const { ContentLength: bytes, ETag: version, LastModified: modified } = found;
      if (bytes === undefined || version === undefined || modified === undefined) {
        throw storageUnavailable(`attributes of ${JSON.stringify(key)} are missing`, { reason: "answer" });
      }
      return { bytes, version, modifiedMs: modified.getTime() };
    } catch (error) {
      if (error instanceof BasaltError && error.code === "object_not_found") return undefined;
      throw error;
    }
  }

  async put(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.write(key, { Body: bytes }, signal);
  }

  async putIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    return this.writeIf(key, { Body: bytes, IfNoneMatch: "*" }, signal);
  }

  async putIfVersion(key: string, bytes: Uint8Array, version: string, signal?: AbortSignal): Promise<boolean> {
    return this.writeIf(key, { Body: bytes, IfMatch: version }, signal);
  }

  async create(key: string, signal?: AbortSignal): Promise<ObjectWriter> {
    return new S3Writer({
      connection: this.connection,
      retry: this.retry,
      key,
      input: { ...this.inputOf(key), ...this.encryption },
      partBytes: this.settings.partBytes,
      bucket: this,
      signal,
    });
  }

  async list(request: ListRequest, signal?: AbortSignal): Promise<ListPage> {
    const { prefix, mode, after = "", limit = listLimitMax } = request;
    const wanted = Math.min(limit, listLimitMax);
    // What lies in a folder that was named already is skipped, or it would be named again.
    const startAfter = mode === "folders" && after.endsWith("/") ? after + lastCharacter : after;
    const input = {
      Bucket: this.settings.bucketName,
      Prefix: prefix,
      MaxKeys: wanted,
      ...(mode === "folders" ? { Delimiter: "/" } : {}),
      ...(startAfter === "" ? {} : { StartAfter: startAfter }),
    };
    const what = { operation: "list", key: prefix };
    const page = await this.connection.call(what, (s3, options) => s3.listObjectsV2(input, options), signal);
    const names = namesOf(page).filter((name) => name > after);
    const hasMore = names.length > wanted || page.IsTruncated === true;
    const kept = names.slice(0, wanted);
    if (hasMore && kept.length === 0) {
      throw storageUnavailable(`a listing of ${JSON.stringify(prefix)} does not advance`, { reason: "answer" });
    }
    return { names: kept, next: hasMore ? kept.at(-1) : undefined };
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    const input = this.inputOf(key);
    try {
      await this.connection.call(
        { operation: "delete", key },
        (s3, options) => s3.deleteObject(input, options),
        signal,
      );
    } catch (error) {
      if (!(error instanceof BasaltError && error.code === "object_not_found")) throw error;
    }
  }

  /** Lets go of connections. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private inputOf(key: string): { readonly Bucket: string; readonly Key: string } {
    checkKey(key);
    return { Bucket: this.settings.bucketName, Key: key };
  }

  private async writeIf(
    key: string,
    part: Pick<PutObjectCommandInput, "Body" | "IfMatch" | "IfNoneMatch">,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    try {
      await this.write(key, part, signal);
      return true;
    } catch (error) {
      const isGone = error instanceof BasaltError && error.code === "object_not_found";
      if (isGone || hasStatus(error, 412)) return false;
      throw error;
    }
  }

  private async write(
    key: string,
    part: Pick<PutObjectCommandInput, "Body" | "IfMatch" | "IfNoneMatch">,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const input = { ...this.inputOf(key), ...this.encryption, ...part };
    await this.connection.call({ operation: "put", key }, (s3, options) => s3.putObject(input, options), signal);
  }
}

function namesOf({ Contents: objects = [], CommonPrefixes: folders = [] }: ListObjectsV2CommandOutput): string[] {
  const keys = objects.flatMap(({ Key }) => Key ?? []);
  const names = folders.flatMap(({ Prefix }) => Prefix ?? []);
  return [...keys, ...names].sort();
}

/** A storage that answers with less than was asked, or with all of the object, must not be taken at its word. */
function checkRange(
  key: string,
  { offset, length }: ByteRange,
  answer: { readonly ContentLength?: number | undefined; readonly ContentRange?: string | undefined },
): void {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)/.exec(answer.ContentRange ?? "") ?? [];
  if (Number(first) !== offset) {
    throw storageUnavailable(`a range of ${JSON.stringify(key)} begins elsewhere than asked`, { reason: "answer" });
  }
  if (answer.ContentLength !== length) throw rangeBeyondObject(key, offset + length, Number(total));
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof BasaltError && error.code === "storage_refused" && error.details["status"] === status;
}
