import { BasaltError } from "@basalt/model";
import type { Config } from "@basalt/runtime";
import { s3Settings } from "./s3-flags.ts";
import type { S3Settings } from "./s3-settings.ts";

/** What a process was told of S3. @throws BasaltError `config_invalid`. */
export function s3SettingsOf(config: Config): S3Settings {
  const bucketName = config.get(s3Settings.bucketName);
  if (bucketName === "") throw new BasaltError("config_invalid", "-storage.backend=s3 needs -storage.s3.bucket-name");
  const hasKey = config.get(s3Settings.accessKeyId) !== "";
  if (hasKey !== (config.get(s3Settings.secretAccessKey) !== "")) {
    throw new BasaltError("config_invalid", "-storage.s3.access-key-id and -storage.s3.secret-access-key go together");
  }
  const type = config.get(s3Settings.sseType);
  const [keyId, context] = [config.get(s3Settings.sseKeyId), config.get(s3Settings.sseContext)];
  return {
    bucketName,
    endpoint: config.get(s3Settings.endpoint),
    region: config.get(s3Settings.region),
    isInsecure: config.get(s3Settings.insecure),
    skipsTlsVerification: config.get(s3Settings.skipsTlsVerification),
    addressing: config.get(s3Settings.forcePathStyle) ? "path-style" : config.get(s3Settings.bucketLookup),
    accessKeyId: config.get(s3Settings.accessKeyId),
    secretAccessKey: config.get(s3Settings.secretAccessKey),
    sessionToken: config.get(s3Settings.sessionToken),
    credentialsFile: config.get(s3Settings.credentialsFile),
    profile: config.get(s3Settings.profile),
    encryption: type === "SSE-KMS" ? { type, keyId, context } : { type },
    partBytes: config.get(s3Settings.partBytes),
    timeoutMs: config.get(s3Settings.timeoutMs),
    connectionsMax: config.get(s3Settings.connectionsMax),
    checksums: config.get(s3Settings.checksums),
  };
}
