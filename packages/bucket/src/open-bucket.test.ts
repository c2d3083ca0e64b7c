import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Config,
  ManualClock,
  MemoryDisk,
  processSettings,
  type SettingValue,
  seededRandom,
  settingValue,
  threadCounts,
} from "@basalt/runtime";
import { type BucketSettings, openBucket } from "./open-bucket.ts";
import { s3Settings } from "./s3/s3-flags.ts";
import { bucketSettingList, bucketSettings, storageSettings } from "./settings.ts";

function settingsWith(...changes: readonly SettingValue[]): BucketSettings {
  return bucketSettings(Config.of([processSettings.dataPath, ...bucketSettingList], changes));
}

test("a folder is the default, in the data folder, and its operations are counted", async () => {
  const settings = settingsWith(
    settingValue(processSettings.dataPath, "/data"),
    settingValue(storageSettings.prefix, "p/q"),
  );
  assert.equal(settings.folder, "/data/bucket");
  const disk = new MemoryDisk(seededRandom(1));
  const clock = new ManualClock();
  const fileSystem = disk.mount();
  const bucket = openBucket(settings, { clock, random: seededRandom(1), fileSystem });
  await bucket.put("a/b", new Uint8Array(5));
  assert.equal((await bucket.getRange("a/b", { offset: 1, length: 3 })).length, 3);
  assert.deepEqual(await fileSystem.list("/data/bucket/p/q/a"), ["b"]);
  const counts = threadCounts().map(({ name, labels, value }) => `${name} ${Object.values(labels).join(" ")} ${value}`);
  assert.ok(counts.includes("objstore_bucket_operations_total storage get_range 1"), counts.join("\n"));
  assert.ok(counts.includes("basalt_bucket_bytes_total storage upload 5"));
  assert.ok(counts.includes("objstore_bucket_operation_duration_seconds_bucket storage upload 0.005 1"));
});

test("a bucket in S3 is plain data, and wrong settings are told", () => {
  const s3 = settingValue(storageSettings.backend, "s3");
  const name = settingValue(s3Settings.bucketName, "profiles");
  const settings = settingsWith(s3, name, settingValue(s3Settings.forcePathStyle, true));
  assert.deepEqual(structuredClone(settings), settings);
  assert.equal(settings.s3?.addressing, "path-style");
  assert.throws(() => settingsWith(s3), { code: "config_invalid" });
  assert.throws(() => settingsWith(s3, name, settingValue(s3Settings.accessKeyId, "k")), { code: "config_invalid" });
});
