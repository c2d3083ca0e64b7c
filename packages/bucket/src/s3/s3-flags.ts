import type { Setting } from "@basalt/runtime";
import { setting } from "@basalt/runtime";
import type { S3Encryption, S3Settings } from "./s3-settings.ts";

/** The settings of S3; names are Pyroscope's where it has them. */
export const s3Settings: {
  readonly endpoint: Setting<string>;
  readonly region: Setting<string>;
  readonly bucketName: Setting<string>;
  readonly accessKeyId: Setting<string>;
  readonly secretAccessKey: Setting<string>;
  readonly sessionToken: Setting<string>;
  readonly credentialsFile: Setting<string>;
  readonly profile: Setting<string>;
  readonly insecure: Setting<boolean>;
  readonly forcePathStyle: Setting<boolean>;
  readonly bucketLookup: Setting<S3Settings["addressing"]>;
  readonly sseType: Setting<S3Encryption["type"]>;
  readonly sseKeyId: Setting<string>;
  readonly sseContext: Setting<string>;
  readonly partBytes: Setting<number>;
  readonly timeoutMs: Setting<number>;
  readonly connectionsMax: Setting<number>;
  readonly skipsTlsVerification: Setting<boolean>;
  readonly checksums: Setting<S3Settings["checksums"]>;
} = {
  endpoint: setting({
    path: "storage.s3.endpoint",
    flag: "storage.s3.endpoint",
    type: "string",
    default: "",
    category: "basic",
    description: "Host, host:port or URL of a storage that speaks S3's protocol; empty = AWS.",
  }),
  region: setting({
    path: "storage.s3.region",
    flag: "storage.s3.region",
    type: "string",
    default: "",
    category: "basic",
    description: "Region of the bucket; empty = AWS_REGION or the profile's, and us-east-1 with an endpoint.",
  }),
  bucketName: setting({
    path: "storage.s3.bucket_name",
    flag: "storage.s3.bucket-name",
    type: "string",
    default: "",
    category: "basic",
    description: "Name of the bucket, which must exist.",
  }),
  accessKeyId: setting({
    path: "storage.s3.access_key_id",
    flag: "storage.s3.access-key-id",
    type: "string",
    default: "",
    category: "basic",
    description:
      "Key to sign requests with; empty = as the AWS SDK finds it: environment, files, web identity, container or instance.",
  }),
  secretAccessKey: setting({
    path: "storage.s3.secret_access_key",
    flag: "storage.s3.secret-access-key",
    type: "secret",
    default: "",
    category: "basic",
    description: "Secret of the key.",
  }),
  sessionToken: setting({
    path: "storage.s3.session_token",
    flag: "storage.s3.session-token",
    type: "secret",
    default: "",
    description: "Session token of a key that is valid for a time.",
  }),
  credentialsFile: setting({
    path: "storage.s3.credentials_file",
    flag: "storage.s3.credentials-file",
    type: "string",
    default: "",
    description: "File of credentials in the AWS format, read again every five minutes; empty = none.",
  }),
  profile: setting({
    path: "storage.s3.profile",
    flag: "storage.s3.profile",
    type: "string",
    default: "",
    description: "Profile in -storage.s3.credentials-file; empty = `default`.",
  }),
  insecure: setting({
    path: "storage.s3.insecure",
    flag: "storage.s3.insecure",
    type: "bool",
    default: false,
    description: "HTTP in place of HTTPS, where the endpoint does not say.",
  }),
  forcePathStyle: setting({
    path: "storage.s3.force_path_style",
    flag: "storage.s3.force-path-style",
    type: "bool",
    default: false,
    description: "As -storage.s3.bucket-lookup-type=path-style.",
  }),
  bucketLookup: setting({
    path: "storage.s3.bucket_lookup_type",
    flag: "storage.s3.bucket-lookup-type",
    type: "choice",
    choices: ["auto", "path-style", "virtual-hosted-style"],
    default: "auto",
    description: "Where the bucket's name stands in URLs; `auto` = in the host's name at AWS, in the path elsewhere.",
  }),
  sseType: setting({
    path: "storage.s3.sse.type",
    flag: "storage.s3.sse.type",
    type: "choice",
    choices: ["", "SSE-S3", "SSE-KMS"],
    default: "",
    description:
      "How the storage encrypts objects: with its own keys (AES256) or with those of KMS; empty = its default.",
  }),
  sseKeyId: setting({
    path: "storage.s3.sse.kms_key_id",
    flag: "storage.s3.sse.kms-key-id",
    type: "string",
    default: "",
    description: "Key of KMS for SSE-KMS; empty = the bucket's.",
  }),
  sseContext: setting({
    path: "storage.s3.sse.kms_encryption_context",
    flag: "storage.s3.sse.kms-encryption-context",
    type: "string",
    default: "",
    description: "Encryption context for SSE-KMS: a JSON object of strings.",
  }),
  partBytes: setting({
    path: "storage.s3.part_size",
    flag: "storage.s3.part-size",
    type: "bytes",
    default: "8MiB",
    min: "5MiB",
    max: "1GiB",
    description: "Part of a large object that is sent at once; a file being written takes up to three parts of memory.",
  }),
  timeoutMs: setting({
    path: "storage.s3.http.response_header_timeout",
    flag: "storage.s3.http.response-header-timeout",
    type: "duration",
    default: "30s",
    min: "100ms",
    description: "How long a request may go without a sign of life before it is given up and tried again.",
  }),
  connectionsMax: setting({
    path: "storage.s3.max_connections_per_host",
    flag: "storage.s3.max-connections-per-host",
    type: "int",
    default: 100,
    min: 1,
    description: "Connections of each thread to the storage; more requests wait.",
  }),
  skipsTlsVerification: setting({
    path: "storage.s3.http.insecure_skip_verify",
    flag: "storage.s3.http.insecure-skip-verify",
    type: "bool",
    default: false,
    description: "The storage's certificate is not checked.",
  }),
  checksums: setting({
    path: "storage.s3.checksums",
    flag: "storage.s3.checksums",
    type: "choice",
    choices: ["when-supported", "when-required"],
    default: "when-supported",
    description:
      "Whether CRC-32 sums go with every object, or only where the protocol demands it: old storages know none.",
  }),
};
