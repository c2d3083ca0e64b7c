import { resolve } from "node:path";
import { type Bucket, FilesystemBucket } from "@basalt/bucket";
import { anonymousTenant, parseTenantId, type TenantId } from "@basalt/model";
import { type AnySetting, type Config, type FileSystem, processSettings, type Setting, setting } from "@basalt/runtime";

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

const folderSetting: Setting<string> = setting({
  path: "storage.filesystem.dir",
  flag: "storage.filesystem.dir",
  type: "string",
  default: "",
  category: "basic",
  description: "Folder of the bucket; empty = `bucket` in -data.path.",
});

/** Where the bucket is: the flags are the server's. */
export const storageSettings: readonly AnySetting[] = [processSettings.dataPath, folderSetting];

/** The bucket that the flags name. The one place where a bucket is opened. */
export function openBucket({
  config,
  fileSystem,
}: {
  readonly config: Config;
  readonly fileSystem: FileSystem;
}): Bucket {
  const folder = config.get(folderSetting);
  return new FilesystemBucket(
    fileSystem,
    folder === "" ? `${resolve(config.get(processSettings.dataPath))}/bucket` : resolve(folder),
  );
}

/** The tenant that the flags name. @throws BasaltError `tenant_invalid`. */
export function tenantOf(config: Config): TenantId {
  const name = config.get(tenantSetting);
  return name === "" ? anonymousTenant : parseTenantId(name);
}
