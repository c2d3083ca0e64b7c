import { BasaltError, type ProducerId } from "@basalt/model";
import type { FileSystem, Random } from "@basalt/runtime";

/** Version of the data folder's layout that this program writes, and the oldest that it reads. */
const folderVersion = 1;
const oldestVersion = 1;

/** Where things lie in a data folder. */
export interface DataFolder {
  readonly path: string;
  /** Names this folder for the rule of exactly once; made when the folder is. */
  readonly producer: ProducerId;
  /** Which segments are cut. */
  readonly manifestPath: string;
  /** The folder of a shard: its `wal` and `segments`. */
  shardFolder(shard: number): string;
  /** The `segments` folders of all shards that there are or were. */
  segmentFolders(): Promise<readonly string[]>;
}

/**
 * Opens a data folder, or makes it.
 *
 * @throws BasaltError `data_folder_version` if it was written by a newer program, or a much older one.
 */
export async function openDataFolder(fileSystem: FileSystem, path: string, random: Random): Promise<DataFolder> {
  await fileSystem.makeFolder(path);
  const formatPath = `${path}/format.json`;
  if ((await fileSystem.stat(formatPath)) === undefined) {
    const format = { version: folderVersion, producer: uuidFrom(random.bytes(16)) };
    await fileSystem.writeFileAtomic(formatPath, new TextEncoder().encode(`${JSON.stringify(format)}\n`));
  }
  const producer = readFormat(formatPath, await fileSystem.readFile(formatPath));
  return {
    path,
    producer,
    manifestPath: `${path}/cuts.jsonl`,
    shardFolder: (shard) => `${path}/shards/${shard}`,
    segmentFolders: async () => {
      const shards = await fileSystem.list(`${path}/shards`);
      return shards.map((shard) => `${path}/shards/${shard}/segments`);
    },
  };
}

function readFormat(path: string, bytes: Uint8Array): ProducerId {
  let format: { readonly version?: unknown; readonly producer?: unknown };
  try {
    format = JSON.parse(new TextDecoder().decode(bytes)) as typeof format;
  } catch (error) {
    throw new BasaltError("data_folder_version", `${path} is not JSON: is this a data folder?`, { cause: error });
  }
  const { version, producer } = format;
  if (typeof version !== "number" || typeof producer !== "string") {
    throw new BasaltError("data_folder_version", `${path} has no version or producer: is this a data folder?`);
  }
  if (version > folderVersion || version < oldestVersion) {
    const known = oldestVersion === folderVersion ? `${folderVersion}` : `${oldestVersion} to ${folderVersion}`;
    throw new BasaltError(
      "data_folder_version",
      `data folder ${path} has version ${version}; this program knows ${known}`,
    );
  }
  return producer as ProducerId;
}

/** A random UUID, version 4. Source: RFC 9562, 5.4. */
function uuidFrom(random: Uint8Array): string {
  const hex = [...random.slice(0, 16)].map((byte, i) => {
    const value = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte;
    return value.toString(16).padStart(2, "0");
  });
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((part) => part.join(""))
    .join("-");
}
