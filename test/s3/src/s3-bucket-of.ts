import { S3Bucket, type S3Settings } from "@basalt/bucket";
import { systemClock } from "@basalt/runtime";
import type { S3Server } from "@basalt/test-kit";

/** The settings of a bucket at a server, or at a proxy before it. */
export function settingsOf(server: S3Server, changed: Partial<S3Settings> = {}): S3Settings {
  return {
    bucketName: server.bucketName,
    endpoint: server.url,
    region: "",
    isInsecure: true,
    skipsTlsVerification: false,
    addressing: "auto",
    accessKeyId: server.accessKeyId,
    secretAccessKey: server.secretAccessKey,
    sessionToken: "",
    credentialsFile: "",
    profile: "",
    encryption: { type: "" },
    partBytes: 5 * 2 ** 20,
    timeoutMs: 30_000,
    connectionsMax: 50,
    checksums: "when-supported",
    ...changed,
  };
}

/** A bucket at a server, without retries. */
export function s3BucketOf(server: S3Server, changed: Partial<S3Settings> = {}): S3Bucket {
  return new S3Bucket({ settings: settingsOf(server, changed), clock: systemClock });
}
