import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { prefixBucket, probeConditions, type S3Bucket } from "@basalt/bucket";
import { bucketConformance } from "@basalt/bucket/conformance";
import { systemRandom } from "@basalt/runtime";
import { type S3Server, ServerUnderTest, startMinio, startMoto, startRclone } from "@basalt/test-kit";
import { s3BucketOf } from "../s3-bucket-of.ts";

for (const [name, start] of [
  ["MinIO", startMinio],
  ["moto", startMoto],
] as const) {
  describe(name, () => {
    let server: S3Server;
    let bucket: S3Bucket;
    let caseCount = 0;
    before(async () => {
      server = await start();
      bucket = s3BucketOf(server);
    });
    after(async () => {
      await bucket.close();
      await server.stop();
    });
    bucketConformance(`S3 at ${name}`, () => prefixBucket(bucket, `case-${++caseCount}`));
    test(`the probe takes ${name}`, () => probeConditions(bucket, { random: systemRandom }));
  });
}

test("the probe refuses rclone, which ignores conditions, and a server does not start on it", async () => {
  const server = await startRclone();
  const bucket = s3BucketOf(server);
  try {
    await bucket.put("k", new Uint8Array(1));
    await assert.rejects(probeConditions(bucket, { random: systemRandom }), { code: "storage_unconditional" });
    const basalt = await ServerUnderTest.create(server.flags());
    basalt.launch();
    assert.equal(await basalt.exited(), 1);
    assert.match(basalt.output, /storage_unconditional/);
    basalt.removeData();
  } finally {
    await bucket.close();
    await server.stop();
  }
});
