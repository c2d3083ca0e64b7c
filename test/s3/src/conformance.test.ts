import { after, before } from "node:test";
import { prefixBucket, type S3Bucket } from "@basalt/bucket";
import { bucketConformance } from "@basalt/bucket/conformance";
import { type S3Server, startS3 } from "@basalt/test-kit";
import { s3BucketOf } from "./s3-bucket-of.ts";

let server: S3Server;
let bucket: S3Bucket;
let caseCount = 0;

before(async () => {
  server = await startS3();
  bucket = s3BucketOf(server);
});
after(async () => {
  await bucket.close();
  await server.stop();
});

bucketConformance("S3 over HTTP", () => prefixBucket(bucket, `case-${++caseCount}`));
