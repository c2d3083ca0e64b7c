import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "@basalt/model";
import { s3Error } from "./s3-error.ts";

/** An error as the SDK throws it. */
function thrown(name: string, status?: number, headers: Readonly<Record<string, string>> = {}): Error {
  const answer = status === undefined ? {} : { $metadata: { httpStatusCode: status }, $response: { headers } };
  return Object.assign(new Error("told by the storage"), { name }, answer);
}

const cases: readonly [string, number | undefined, ErrorCode, string?][] = [
  ["NoSuchKey", 404, "object_not_found"],
  ["NotFound", 404, "object_not_found"],
  ["NoSuchBucket", 404, "storage_bucket_missing"],
  ["NoSuchUpload", 404, "storage_refused"],
  ["PreconditionFailed", 412, "storage_refused"],
  ["InvalidRange", 416, "storage_refused"],
  ["AccessDenied", 403, "storage_denied"],
  ["RequestTimeTooSkewed", 403, "storage_denied"],
  ["ExpiredToken", 400, "storage_denied"],
  ["CredentialsProviderError", undefined, "storage_denied"],
  ["InvalidArgument", 400, "storage_refused"],
  ["NotImplemented", 501, "storage_refused"],
  ["RequestTimeout", 400, "storage_unavailable", "answer"],
  ["ConditionalRequestConflict", 409, "storage_unavailable", "answer"],
  ["InternalError", 500, "storage_unavailable", "answer"],
  ["InternalError", 200, "storage_unavailable", "answer"],
  ["SyntaxError", 200, "storage_unavailable", "answer"],
  ["SlowDown", 503, "storage_unavailable", "slow_down"],
  ["ServiceUnavailable", 503, "storage_unavailable", "slow_down"],
  ["Anything", 429, "storage_unavailable", "slow_down"],
  ["ECONNRESET", undefined, "storage_unavailable", "connection"],
];

for (const [name, status, code, reason] of cases) {
  test(`${name} with status ${status} is ${code}${reason === undefined ? "" : `, ${reason}`}`, () => {
    const error = s3Error(thrown(name, status), { operation: "get", key: "a/b" });
    assert.equal(error.code, code);
    if (reason !== undefined) assert.equal(error.details["reason"], reason);
    assert.match(error.message, /"a\/b"/);
  });
}

test("a storage's Retry-After is passed on", () => {
  const at = { operation: "put", key: "k" };
  assert.equal(s3Error(thrown("SlowDown", 503, { "retry-after": "7" }), at).retryAfterSeconds, 7);
  assert.equal(s3Error(thrown("SlowDown", 503, { "retry-after": "soon" }), at).retryAfterSeconds, 5);
});
