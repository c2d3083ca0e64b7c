import { type Bucket, openBucket as openBucketOf } from "@basalt/bucket";
import { bucketSettingList, bucketSettings } from "@basalt/bucket/settings";
import { anonymousTenant, parseTenantId, type TenantId } from "@basalt/model";
import type { AnySetting, Clock, Config, FileSystem, Setting } from "@basalt/runtime";
import { processSettings, setting, systemRandom } from "@basalt/runtime";

/** Whose data; what an empty name means each command says. */
export const tenantSetting: Setting<string> = setting({
  path: "tenant",
  flag: "tenant",
  type: "string",
  default: "",
  category: "basic",
  description: "Tenant; empty = `anonymous`, that of a server without tenants.",
});

/** Results for programs. */
export const jsonSetting: Setting<boolean> = setting({
  path: "json",
  flag: "json",
  type: "bool",
  default: false,
  category: "basic",
  description: "Write JSON, whose fields docs/basaltctl.md explains, in place of what people read.",
});

/** Where the bucket is: the flags are the server's. */
export const storageSettings: readonly AnySetting[] = [processSettings.dataPath, ...bucketSettingList];

/** The bucket that the flags name. The one place where a bucket is opened. */
export function openBucket({
  config,
  clock,
  fileSystem,
}: {
  readonly config: Config;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
}): Bucket {
  return openBucketOf(bucketSettings(config), { clock, random: systemRandom, fileSystem });
}

/** The tenant that the flags name. @throws BasaltError `tenant_invalid`. */
export function tenantOf(config: Config): TenantId {
  const name = config.get(tenantSetting);
  return name === "" ? anonymousTenant : parseTenantId(name);
}
