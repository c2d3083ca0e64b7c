import { BasaltError } from "@basalt/model";
import { objectNotFound, storageUnavailable } from "../storage-error.ts";

/** What the SDK throws when the storage answered. */
interface ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Which request failed; for messages. */
export interface S3Request {
  readonly operation: string;
  readonly key: string;
}

/** Names of errors that mean: not with these credentials. Some come with status 400. */
const deniedNames: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidToken",
  "TokenRefreshRequired",
]);

/** Errors of a moment that come with a status of the client's. */
const passingNames: ReadonlySet<string> = new Set([
  "RequestTimeout",
  "ConditionalRequestConflict",
  "OperationAborted",
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "IncompleteBody",
]);

/** Asked for by name, or by a status that means nothing else. */
const slowDownNames: ReadonlySet<string> = new Set([
  "SlowDown",
  "TooManyRequests",
  "Throttling",
  "ThrottlingException",
]);

/** The error of the house for what the SDK throws. Retries look at its code; 412 is `storage_refused` with `status` 412. */
export function s3Error(thrown: unknown, request: S3Request): BasaltError {
  if (thrown instanceof BasaltError) return thrown;
  const { name, message } = thrown instanceof Error ? thrown : { name: "", message: String(thrown) };
  const what = `${request.operation} of ${JSON.stringify(request.key)}`;
  if (deniedNames.has(name)) return denied(`${name} at ${what}`, thrown);
  const status = statusOf(thrown);
  if (status === undefined) {
    return storageUnavailable(`no answer to ${what}: ${message || name}`, { reason: "connection", cause: thrown });
  }
  const answer = `${status} ${name} to ${what}`;
  const details = { status, reason: name };
  if (status === 429 || status === 503 || slowDownNames.has(name)) {
    const retryAfterSeconds = retryAfterOf(thrown);
    return storageUnavailable(answer, { reason: "slow_down", cause: thrown, retryAfterSeconds });
  }
  if ((status >= 500 && status !== 501) || status < 400 || passingNames.has(name)) {
    return storageUnavailable(answer, { reason: "answer", cause: thrown });
  }
  if (name === "NoSuchBucket") {
    const text = `there is no such bucket: ${answer} (-storage.s3.bucket-name)`;
    return new BasaltError("storage_bucket_missing", text, { details, cause: thrown });
  }
  // The answer to a HEAD has no name.
  if (status === 404 && name !== "NoSuchUpload") return objectNotFound(request.key);
  if (status === 401 || status === 403) return denied(answer, thrown);
  const text = `the object storage answers ${answer}: ${message}`;
  return new BasaltError("storage_refused", text, { details, cause: thrown });
}

function denied(answer: string, cause: unknown): BasaltError {
  const text = `the object storage denies access: ${answer} (-storage.s3.access-key-id)`;
  return new BasaltError("storage_denied", text, { cause });
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && "$metadata" in thrown && typeof thrown.$metadata === "object";
}

function statusOf(thrown: unknown): number | undefined {
  return isServiceError(thrown) ? thrown.$metadata.httpStatusCode : undefined;
}

function retryAfterOf(thrown: unknown): number | undefined {
  const seconds = isServiceError(thrown) ? Number(thrown.$response?.headers?.["retry-after"]) : Number.NaN;
  return seconds > 0 ? seconds : undefined;
}
