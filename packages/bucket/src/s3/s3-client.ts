import type { PutObjectCommandInput, S3, S3ClientConfig } from "@aws-sdk/client-s3";
import { BasaltError } from "@basalt/model";
import type { S3Settings } from "./s3-settings.ts";

/** A file of credentials is read again after 5 minutes: whoever rotates them leaves the old ones valid for longer. */
const credentialsAgeMaxMs = 300_000;

/** Makes the SDK's client. The SDK is loaded here and nowhere else: it takes 23 MB of RSS. */
export async function createS3Client(settings: S3Settings, nowMs: () => number): Promise<S3> {
  const { S3 } = await import("@aws-sdk/client-s3");
  return new S3(await clientConfig(settings, nowMs));
}

async function clientConfig(settings: S3Settings, nowMs: () => number): Promise<S3ClientConfig> {
  const { endpoint, timeoutMs, connectionsMax, skipsTlsVerification, checksums } = settings;
  const region = settings.region !== "" ? settings.region : endpoint === "" ? undefined : "us-east-1";
  const credentials = await credentialsOf(settings, nowMs);
  const checksumMode = checksums === "when-supported" ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
  const agent = { keepAlive: true, maxSockets: connectionsMax };
  return {
    ...(endpoint === "" ? {} : { endpoint: endpointUrl(settings) }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: usesPaths(settings),
    // Retries have a budget that all requests share: see Retrier.
    maxAttempts: 1,
    requestChecksumCalculation: checksumMode,
    responseChecksumValidation: checksumMode,
    requestHandler: {
      connectionTimeout: timeoutMs,
      // Requests wait for a connection by design; the warning would only say so.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
      httpAgent: agent,
      httpsAgent: { ...agent, rejectUnauthorized: !skipsTlsVerification },
    },
  };
}

/** The endpoint as a URL: Pyroscope's setting has no scheme. */
export function endpointUrl({ endpoint, isInsecure }: Pick<S3Settings, "endpoint" | "isInsecure">): string {
  if (/^https?:\/\//.test(endpoint)) return endpoint;
  return `${isInsecure ? "http" : "https"}://${endpoint}`;
}

/** Whether the bucket's name is the first part of paths, not of the host's name. */
export function usesPaths({ addressing, endpoint }: Pick<S3Settings, "addressing" | "endpoint">): boolean {
  if (addressing !== "auto") return addressing === "path-style";
  return endpoint !== "" && !/(^|[./])amazonaws\.com(\.cn)?(:\d+)?\/?$/.test(endpoint);
}

async function credentialsOf(
  { accessKeyId, secretAccessKey, sessionToken, credentialsFile, profile }: S3Settings,
  nowMs: () => number,
): Promise<S3ClientConfig["credentials"]> {
  if (accessKeyId !== "") {
    return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
  }
  if (credentialsFile === "") return undefined;
  const { fromIni } = await import("@aws-sdk/credential-provider-ini");
  return async () => {
    const named = profile === "" ? {} : { profile };
    const read = fromIni({ filepath: credentialsFile, configFilepath: credentialsFile, ignoreCache: true, ...named });
    return { expiration: new Date(nowMs() + credentialsAgeMaxMs), ...(await read()) };
  };
}

/** What each object is written with. @throws BasaltError `config_invalid`. */
export function encryptionInput({
  encryption,
}: Pick<S3Settings, "encryption">): Pick<
  PutObjectCommandInput,
  "ServerSideEncryption" | "SSEKMSKeyId" | "SSEKMSEncryptionContext"
> {
  if (encryption.type !== "SSE-KMS") return encryption.type === "" ? {} : { ServerSideEncryption: "AES256" };
  const { keyId, context } = encryption;
  return {
    ServerSideEncryption: "aws:kms",
    ...(keyId === "" ? {} : { SSEKMSKeyId: keyId }),
    ...(context === "" ? {} : { SSEKMSEncryptionContext: encodedContext(context) }),
  };
}

function encodedContext(context: string): string {
  const isRecord = (value: unknown): boolean =>
    typeof value === "object" && value !== null && Object.values(value).every((part) => typeof part === "string");
  try {
    if (isRecord(JSON.parse(context))) return Buffer.from(context).toString("base64");
  } catch {
    // Said below.
  }
  throw new BasaltError("config_invalid", "-storage.s3.sse.kms-encryption-context is not a JSON object of strings");
}
