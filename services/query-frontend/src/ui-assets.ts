import { createHash } from "node:crypto";
import { BasaltError } from "@basalt/model";
import type { FileSystem } from "@basalt/runtime";

/** One file of the browser app, ready to be sent. */
export interface UiAsset {
  readonly contentType: string;
  /** Quoted, as the header has it; names the content whatever its encoding. */
  readonly etag: string;
  /** The name holds a hash of the content, so a browser need never ask again. */
  readonly isImmutable: boolean;
  readonly identity: Uint8Array;
  /** Compressed at build time, from `<name>.br` and `<name>.gz` beside the file. */
  readonly br?: Uint8Array;
  readonly gzip?: Uint8Array;
}

/** Files by their path below the root of the app, such as `/index.html` or `/assets/main-3f2a….js`. */
export type UiAssets = ReadonlyMap<string, UiAsset>;

/** 16 MiB: a hundred times the app. */
const assetBytesMax = 16 * 1024 * 1024;
const assetCountMax = 1000;

const contentTypes: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".ico", "image/x-icon"],
  [".json", "application/json"],
  [".webmanifest", "application/manifest+json"],
  [".woff2", "font/woff2"],
  [".txt", "text/plain; charset=utf-8"],
]);

/** `main-3f2a91bc.js`, `main.3f2a91bc.css`: eight characters of a hash or more before the extension. */
const hashedName = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/**
 * Reads the built app into memory: it is small, and then nothing of the disk is needed to answer. Without the folder
 * there is no app, and no file.
 *
 * @throws BasaltError `config_invalid` if the folder holds more than an app could.
 */
export async function loadUiAssets(fileSystem: FileSystem, folder: string): Promise<UiAssets> {
  const files = new Map<string, Uint8Array>();
  await readFolder(fileSystem, { folder, path: "", files });
  const assets = new Map<string, UiAsset>();
  for (const [path, identity] of files) {
    const contentType = contentTypes.get(path.slice(path.lastIndexOf(".")));
    if (contentType === undefined) continue;
    const br = files.get(`${path}.br`);
    const gzip = files.get(`${path}.gz`);
    assets.set(path, {
      contentType,
      etag: `"${createHash("sha256").update(identity).digest("base64url").slice(0, 22)}"`,
      isImmutable: path.startsWith("/assets/") && hashedName.test(path),
      identity,
      ...(br && { br }),
      ...(gzip && { gzip }),
    });
  }
  return assets;
}

interface Reading {
  readonly folder: string;
  /** Path of the folder below the root of the app. */
  readonly path: string;
  readonly files: Map<string, Uint8Array>;
}

async function readFolder(fileSystem: FileSystem, { folder, path, files }: Reading): Promise<void> {
  for (const name of await fileSystem.list(folder)) {
    const inside = `${folder}/${name}`;
    const facts = await fileSystem.stat(inside);
    if (facts === undefined) continue;
    if (facts.isFolder) {
      await readFolder(fileSystem, { folder: inside, path: `${path}/${name}`, files });
      continue;
    }
    if (files.size >= assetCountMax || facts.bytes > assetBytesMax) {
      const bounds = `${assetCountMax} files of at most ${assetBytesMax} bytes`;
      throw new BasaltError("config_invalid", `the folder of the UI holds more than ${bounds}: ${inside}`);
    }
    files.set(`${path}/${name}`, await fileSystem.readFile(inside));
  }
}
