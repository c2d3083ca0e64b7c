import assert from "node:assert/strict";
import { test } from "node:test";
import { encryptionInput, endpointUrl, usesPaths } from "./s3-client.ts";

test("an endpoint is a URL, or gets the scheme that the setting says", () => {
  const cases = [
    ["minio:9000", true, "http://minio:9000"],
    ["s3.eu-west-1.amazonaws.com", false, "https://s3.eu-west-1.amazonaws.com"],
    ["http://127.0.0.1:1", false, "http://127.0.0.1:1"],
    ["https://x", true, "https://x"],
  ] as const;
  for (const [endpoint, isInsecure, url] of cases) assert.equal(endpointUrl({ endpoint, isInsecure }), url);
});

test("the bucket's name is in the path elsewhere than at AWS, unless told", () => {
  const cases = [
    ["auto", "", false],
    ["auto", "s3.eu-west-1.amazonaws.com", false],
    ["auto", "https://s3.cn-north-1.amazonaws.com.cn/", false],
    ["auto", "amazonaws.com.example.org", true],
    ["auto", "notamazonaws.com", true],
    ["auto", "minio:9000", true],
    ["virtual-hosted-style", "minio:9000", false],
    ["path-style", "", true],
  ] as const;
  for (const [addressing, endpoint, expected] of cases) {
    assert.equal(usesPaths({ addressing, endpoint }), expected, `${addressing} ${endpoint}`);
  }
});

test("objects are encrypted as the settings say", () => {
  assert.deepEqual(encryptionInput({ encryption: { type: "" } }), {});
  assert.deepEqual(encryptionInput({ encryption: { type: "SSE-S3" } }), { ServerSideEncryption: "AES256" });
  assert.deepEqual(encryptionInput({ encryption: { type: "SSE-KMS", keyId: "", context: "" } }), {
    ServerSideEncryption: "aws:kms",
  });
  assert.deepEqual(encryptionInput({ encryption: { type: "SSE-KMS", keyId: "k", context: '{"team":"a"}' } }), {
    ServerSideEncryption: "aws:kms",
    SSEKMSKeyId: "k",
    SSEKMSEncryptionContext: Buffer.from('{"team":"a"}').toString("base64"),
  });
  for (const context of ["{", "[1]", '{"a":1}', "null"]) {
    const encryption = { type: "SSE-KMS", keyId: "", context } as const;
    assert.throws(() => encryptionInput({ encryption }), { code: "config_invalid" }, context);
  }
});
