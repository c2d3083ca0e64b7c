import { resolve } from "node:path";
import type { Config, Setting } from "@basalt/runtime";
import { processSettings, setting } from "@basalt/runtime";

/** Where blocks go. */
export const storageSettings: { readonly folder: Setting<string> } = {
  folder: setting({
    path: "storage.filesystem.dir",
    flag: "storage.filesystem.dir",
    type: "string",
    default: "",
    category: "basic",
    description: "Folder of the bucket; empty = `bucket` in -data.path.",
  }),
};

/** The folders of a process, absolute: threads and logs must mean the same. */
export function foldersOf(config: Config): { readonly ingester: string; readonly bucket: string } {
  const data = resolve(config.get(processSettings.dataPath));
  const bucket = config.get(storageSettings.folder);
  return { ingester: `${data}/ingester`, bucket: bucket === "" ? `${data}/bucket` : resolve(bucket) };
}
