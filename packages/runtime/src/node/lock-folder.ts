import { createHash } from "node:crypto";
import { mkdir, realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BasaltError } from "@basalt/model";
import { fileErrorCode } from "../file-system.ts";
import type { Logger } from "../logs/logger.ts";

/** A folder that is this process's alone. */
export interface FolderLock {
  release(): Promise<void>;
}

/** sun_path of a socket's address holds 108 bytes with the zero at its end; macOS has 104. */
const socketPathBytesMax = 103;

/**
 * Keeps a folder to this process, by a socket in it that only a living process listens on: a kill leaves the file behind,
 * but nobody who listens. It holds across containers of one machine, too, in which process ids repeat. Where no socket can
 * be made, as on some network disks, a warning is logged and the folder is not locked.
 *
 * @throws BasaltError `data_folder_in_use`.
 */
export async function lockFolder(folder: string, logger: Logger): Promise<FolderLock> {
  try {
    await mkdir(folder, { recursive: true });
    const server = await listenAlone(await socketPath(folder), folder);
    return { release: () => new Promise((resolve) => server.close(() => resolve())) };
  } catch (error) {
    if (error instanceof BasaltError) throw error;
    logger.warn("the data folder cannot be locked", { folder, error: BasaltError.from(error) });
    return { release: () => Promise.resolve() };
  }
}

async function socketPath(folder: string): Promise<string> {
  const path = join(folder, "lock");
  if (Buffer.byteLength(path) <= socketPathBytesMax) return path;
  const name = createHash("sha256")
    .update(await realpath(folder))
    .digest("hex")
    .slice(0, 32);
  return join(tmpdir(), `basalt-${name}.lock`);
}

async function listenAlone(path: string, folder: string): Promise<Server> {
  try {
    return await listen(path);
  } catch (error) {
    if (fileErrorCode(error) !== "EADDRINUSE") throw error;
  }
  if (await isAnswered(path)) {
    const message = `the data folder ${folder} is in use by another process (-data.path)`;
    throw new BasaltError("data_folder_in_use", message);
  }
  // Left behind by a process that was killed. Two that start in this same instant could both pass: nobody does that.
  await rm(path, { force: true });
  return listen(path);
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(path, () => resolve(server.unref()));
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      const code = fileErrorCode(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve(false);
      else reject(error);
    });
  });
}
