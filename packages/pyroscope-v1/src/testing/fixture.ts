import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FilesystemBucket } from "@basalt/bucket";
import { nodeFileSystem } from "@basalt/runtime";

const folder: string = fileURLToPath(new URL("../../../../test/fixtures/pyroscope-v1/bucket", import.meta.url));

/** The folder of a block that a Pyroscope 2.2 server in v1 mode wrote. */
export const realBlock = "anonymous/phlaredb/01M7WM2W7NZ3F3KYVSPAMPN1E0/";

/** The bucket with it. */
export const realBucket: FilesystemBucket = new FilesystemBucket(nodeFileSystem, folder);

/** A file of it. */
export function realFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}/${realBlock}${name}`));
}
