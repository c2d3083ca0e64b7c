/** Where an S3 bucket is and how it is used. Plain data: threads open the bucket for themselves. */
export interface S3Settings {
  readonly bucketName: string;
  /** `host`, `host:port` or a URL; empty = AWS. */
  readonly endpoint: string;
  /** Empty = as the SDK finds it, `us-east-1` with an endpoint. */
  readonly region: string;
  /** Without TLS, if the endpoint does not say. */
  readonly isInsecure: boolean;
  readonly skipsTlsVerification: boolean;
  /** `auto`: by path at endpoints other than AWS's. */
  readonly addressing: "auto" | "path-style" | "virtual-hosted-style";
  /** Both empty = the chain of the SDK: environment, files, web identity, container, instance. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** A file of AWS's format with profiles, read again every few minutes; empty = none. */
  readonly credentialsFile: string;
  readonly profile: string;
  readonly encryption: S3Encryption;
  /** Bytes of a part of a large object, from 5 MiB; a writer holds three of them. */
  readonly partBytes: number;
  /** How long a request may give no sign of life. */
  readonly timeoutMs: number;
  readonly connectionsMax: number;
  /** Whether checksums are sent and checked with every request, or only where S3 demands it. */
  readonly checksums: "when-supported" | "when-required";
}

/** How the storage encrypts objects. */
export type S3Encryption =
  | { readonly type: "" | "SSE-S3" }
  | {
      readonly type: "SSE-KMS";
      /** Empty = the bucket's own. */
      readonly keyId: string;
      /** JSON of strings by name, or empty. */
      readonly context: string;
    };
