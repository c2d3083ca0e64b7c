import { resolve } from "node:path";
import type { AnySetting, Config, Setting } from "@basalt/runtime";
import { processSettings, setting } from "@basalt/runtime";
import type { BucketSettings } from "./open-bucket.ts";
import { s3SettingsOf } from "./s3/read-s3-flags.ts";
import { s3Settings } from "./s3/s3-flags.ts";

/** Where blocks go. */
export const storageSettings: {
  readonly backend: Setting<"filesystem" | "s3">;
  readonly prefix: Setting<string>;
  readonly folder: Setting<string>;
  readonly hedgeDelayMs: Setting<number>;
  readonly cacheBytes: Setting<number>;
  readonly probe: Setting<boolean>;
} = {
  backend: setting({
    path: "storage.backend",
    flag: "storage.backend",
    type: "choice",
    choices: ["filesystem", "s3"],
    default: "filesystem",
    category: "basic",
    description: "What keeps blocks: a folder, or a bucket of S3 or of a storage that speaks its protocol.",
  }),
  prefix: setting({
    path: "storage.prefix",
    flag: "storage.prefix",
    type: "string",
    default: "",
    description:
      "Folder in the bucket for all of Basalt's objects, so that others can use the bucket, too; empty = none.",
  }),
  folder: setting({
    path: "storage.filesystem.dir",
    flag: "storage.filesystem.dir",
    type: "string",
    default: "",
    category: "basic",
    description: "Folder of the bucket; empty = `bucket` in -data.path.",
  }),
  hedgeDelayMs: setting({
    path: "storage.hedge_delay",
    flag: "storage.hedge-delay",
    type: "duration",
    default: "500ms",
    description:
      "A range of an object in S3 that is so late is asked for once more, and what comes first counts; at most one read in twenty. 0 = never.",
  }),
  cacheBytes: setting({
    path: "storage.cache_bytes",
    flag: "storage.cache-bytes",
    type: "bytes",
    default: "32MiB",
    description: "What each thread that reads blocks from S3 remembers of their bytes; 0 = nothing.",
  }),
  probe: setting({
    path: "storage.probe",
    flag: "storage.probe",
    type: "bool",
    default: true,
    description:
      "At the start, racing writers find out whether the object storage keeps conditional writes; one that does not is refused.",
  }),
};

/** All settings of buckets. */
export const bucketSettingList: readonly AnySetting[] = [
  ...Object.values<AnySetting>(storageSettings),
  ...Object.values<AnySetting>(s3Settings),
];

/**
 * What a process was told of its bucket, as plain data that goes to its threads; folders are absolute.
 *
 * @throws BasaltError `config_invalid`.
 */
export function bucketSettings(config: Config): BucketSettings {
  const { backend, prefix, folder, hedgeDelayMs, cacheBytes } = storageSettings;
  const dataPath = resolve(config.get(processSettings.dataPath));
  const own = config.get(folder);
  return {
    backend: config.get(backend),
    prefix: config.get(prefix),
    folder: own === "" ? `${dataPath}/bucket` : resolve(own),
    hedgeDelayMs: config.get(hedgeDelayMs),
    cacheBytes: config.get(cacheBytes),
    s3: config.get(backend) === "s3" ? s3SettingsOf(config) : undefined,
  };
}
