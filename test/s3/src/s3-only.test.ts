import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { S3 } from "@aws-sdk/client-s3";
import { type Bucket, prefixBucket, probeConditions, S3Bucket } from "@basalt/bucket";
import { systemClock, systemRandom } from "@basalt/runtime";
import { type S3Server, startS3 } from "@basalt/test-kit";
import { s3BucketOf, settingsOf } from "./s3-bucket-of.ts";

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

let server: S3Server;
let bucket: S3Bucket;
before(async () => {
  server = await startS3();
  bucket = s3BucketOf(server);
});
after(async () => {
  await bucket.close();
  await server.stop();
});

test("the probe takes versitygw, and leaves nothing", async () => {
  await probeConditions(bucket, { random: systemRandom });
  assert.deepEqual((await bucket.list({ prefix: "", mode: "keys" })).names, []);
});

test("a wrong key, a wrong bucket and a server that is away have codes", async () => {
  await assert.rejects(s3BucketOf(server, { secretAccessKey: "wrong" }).get("k"), { code: "storage_denied" });
  await assert.rejects(s3BucketOf(server, { bucketName: "no-such-bucket" }).put("k", bytes("x")), {
    code: "storage_bucket_missing",
  });
  await assert.rejects(s3BucketOf(server, { endpoint: "http://127.0.0.1:1" }).get("k"), {
    code: "storage_unavailable",
  });
});

test("credentials come from a file, and again from it when it has changed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "basalt-credentials-"));
  const credentialsFile = join(folder, "credentials");
  const write = (secret: string): void => {
    const lines = ["[other]", `aws_access_key_id = ${server.accessKeyId}`, `aws_secret_access_key = ${secret}`];
    writeFileSync(credentialsFile, `${lines.join("\n")}\n`);
  };
  write(server.secretAccessKey);
  const keys = { accessKeyId: "", secretAccessKey: "", credentialsFile, profile: "other" };
  let nowMs = Date.now();
  const clock = { after: systemClock.after, nowMs: () => nowMs };
  const fromFile = new S3Bucket({ settings: settingsOf(server, keys), clock });
  await fromFile.put("by-file", bytes("x"));
  // The SDK asks anew for credentials that are near their end by the machine's clock: these are at once.
  nowMs -= 3_600_000;
  const shortLived = new S3Bucket({ settings: settingsOf(server, keys), clock });
  await shortLived.put("by-file", bytes("y"));
  write("wrong");
  await assert.rejects(shortLived.put("by-file", bytes("z")), { code: "storage_denied" });
  write(server.secretAccessKey);
  await shortLived.put("by-file", bytes("z"));
  assert.equal(text(await fromFile.get("by-file")), "z");
  rmSync(folder, { recursive: true });
});

test("a request that is given up ends at once with the caller's reason", async () => {
  const controller = new AbortController();
  const asked = bucket.list({ prefix: "", mode: "keys" }, controller.signal);
  controller.abort();
  await assert.rejects(asked, { code: "canceled" });
  await assert.rejects(bucket.get("k", AbortSignal.abort()), { code: "canceled" });
});

test("an upload that is given up, by its writer or its signal, leaves no parts at the storage", async () => {
  const part = new Uint8Array(5 * 2 ** 20 + 1);
  const controller = new AbortController();
  for (const signal of [undefined, controller.signal]) {
    const writer = await bucket.create("given-up", signal);
    await writer.append(part);
    await writer.append(part);
    assert.equal((await uploads()).length, 1);
    if (signal !== undefined) {
      controller.abort();
      await assert.rejects(writer.finish(), { code: "canceled" });
    }
    await writer.abort();
    assert.deepEqual(await uploads(), []);
  }
  assert.deepEqual(await listed(bucket), ["by-file"]);
});

test("a prefix of a bucket is a bucket", async () => {
  const inner = prefixBucket(bucket, "some/where");
  await inner.put("a/b", bytes("1"));
  assert.equal(text(await bucket.get("some/where/a/b")), "1");
  assert.deepEqual(await listed(inner), ["a/b"]);
});

async function listed(of: Bucket): Promise<readonly string[]> {
  return (await of.list({ prefix: "", mode: "keys" })).names;
}

async function uploads(): Promise<readonly unknown[]> {
  const { accessKeyId, secretAccessKey, url: endpoint, bucketName } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  const { Uploads = [] } = await s3.listMultipartUploads({ Bucket: bucketName });
  s3.destroy();
  return Uploads;
}
