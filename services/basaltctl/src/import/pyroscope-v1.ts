import { type Bucket, folderBucket, openBucket as openBucketOf } from "@basalt/bucket";
import { bucketSettings } from "@basalt/bucket/settings";
import { BasaltError, parseTenantId } from "@basalt/model";
import {
  formatImportReport,
  type ImportEvent,
  importBlocks,
  importReportToJson,
  isComplete,
} from "@basalt/pyroscope-v1";
import { crc32, type Setting, setting, systemRandom, zstdCodec } from "@basalt/runtime";
import type { Command, CommandContext } from "../command.ts";
import { type ExitStatus, exitStatus } from "../exit-status.ts";
import type { ProgressBar } from "../output/progress-bar.ts";
import { jsonSetting, openBucket, storageSettings, tenantSetting } from "../storage.ts";

const sourceFolder: Setting<string> = setting({
  path: "source.filesystem.dir",
  flag: "source.filesystem.dir",
  type: "string",
  default: "",
  category: "basic",
  description: "Folder of the bucket to import from.",
});

const sourceBucketName: Setting<string> = setting({
  path: "source.s3.bucket_name",
  flag: "source.s3.bucket-name",
  type: "string",
  default: "",
  category: "basic",
  description: "Bucket of S3 to import from; endpoint and credentials are those of -storage.s3.",
});

const sourcePrefix: Setting<string> = setting({
  path: "source.prefix",
  flag: "source.prefix",
  type: "string",
  default: "",
  category: "basic",
  description: "Folder of all objects in the bucket to import from; empty = none.",
});

const withHidden: Setting<boolean> = setting({
  path: "with_hidden",
  flag: "with-hidden",
  type: "bool",
  default: false,
  category: "basic",
  description:
    "Import also what Pyroscope holds and shows in no call tree: samples without a stack, and rows that share a millisecond with the one before. Without them answers are those of Pyroscope.",
});

export const importPyroscopeV1: Command = {
  name: "import pyroscope-v1",
  summary: "Import the blocks of a Grafana Pyroscope v1 bucket",
  details: `All tenants, or -tenant. Blocks go into the bucket of -storage, each window by itself; what is written is read back and its sums are
compared with the source's. May be stopped at any time and run again: what is imported already is left alone.`,
  operands: "",
  settings: [sourceFolder, sourceBucketName, sourcePrefix, withHidden, ...storageSettings, tenantSetting, jsonSetting],
  run,
};

/** Level of zstd: as blocks are cut. */
const blockLevel = 2;

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, output, signal } = context;
  const prefix = config.get(sourcePrefix);
  const tenant = config.get(tenantSetting);
  const progress = new ImportProgress(context);
  try {
    const report = await importBlocks(
      {
        source: openSource(context),
        sourcePrefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
        target: openBucket(context),
        ...(tenant === "" ? {} : { tenant: parseTenantId(tenant) }),
        withHidden: config.get(withHidden),
        codec: zstdCodec(blockLevel),
        checksum: crc32,
        seed: new DataView(systemRandom.bytes(4).buffer).getUint32(0),
        onProgress: (event) => progress.take(event),
      },
      signal,
    );
    output.endProgress();
    if (config.get(jsonSetting)) await output.json(importReportToJson(report));
    else await output.text(formatImportReport(report));
    return isComplete(report) ? exitStatus.ok : exitStatus.partial;
  } finally {
    output.endProgress();
  }
}

/** The bucket to import from. @throws BasaltError `config_invalid`. */
function openSource({ config, clock, fileSystem }: CommandContext): Bucket {
  const surroundings = { clock, random: systemRandom, fileSystem };
  const folder = config.get(sourceFolder);
  const bucketName = config.get(sourceBucketName);
  if (folder !== "" && bucketName === "") return openBucketOf(folderBucket(folder), surroundings);
  const target = bucketSettings(config);
  if (folder !== "" || bucketName === "" || target.s3 === undefined) {
    throw new BasaltError(
      "config_invalid",
      "name one bucket to import from: -source.filesystem.dir, or -source.s3.bucket-name with -storage.backend=s3",
    );
  }
  return openBucketOf({ ...target, prefix: "", s3: { ...target.s3, bucketName } }, surroundings);
}

/** One bar a block. */
class ImportProgress {
  readonly #output: CommandContext["output"];
  #title = "";
  #bar: ProgressBar | undefined;
  #rowsDone = 0;

  constructor({ output }: CommandContext) {
    this.#output = output;
  }

  take(event: ImportEvent): void {
    if (event.kind === "began") {
      this.#title = `${event.tenant} ${event.index}/${event.count}`;
      this.#bar = undefined;
      this.#rowsDone = 0;
    } else if (event.kind === "rows") {
      this.#bar ??= this.#output.progress(this.#title, event.rowCount);
      this.#bar.advance(event.rowsDone - this.#rowsDone);
      this.#rowsDone = event.rowsDone;
    }
  }
}
