import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildGoTool, type GoTool, installGoTool, isGoToolAtHand, toolCacheFolder } from "./go-tool.ts";
import { s3Credentials as credentials, S3Server } from "./s3-server.ts";

const run = promisify(execFile);

/** Atomic per key, in every test run. */
const versitygw: GoTool = { module: "github.com/versity/versitygw/cmd/versitygw", version: "v1.8.0" };

/** The archived repository's last state: run as a tool of tests, never linked or shipped. */
const minio: GoTool = { module: "github.com/minio/minio", version: "v0.0.0-20260212201848-7aac2a2c5b7c" };

const rclone: GoTool = { module: "github.com/rclone/rclone", version: "v1.75.1" };

/** Starts versitygw, which is built first where it never was; moto where there is no Go. */
export async function startS3(): Promise<S3Server> {
  return (await isGoToolAtHand(versitygw)) ? startVersitygw() : startMoto();
}

async function startVersitygw(): Promise<S3Server> {
  return S3Server.start({
    command: await installGoTool(versitygw),
    args: ({ port, folder }) => ["--port", `127.0.0.1:${port}`, "--health", "/health", "posix", folder],
    environment: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    healthPath: "/health",
  });
}

/** Starts moto, a mock in Python that keeps objects in memory and takes any key. */
export async function startMoto(): Promise<S3Server> {
  return S3Server.start({
    command: await installMoto(),
    args: ({ port }) => ["-H", "127.0.0.1", "-p", `${port}`],
    healthPath: "/moto-api/",
  });
}

/** Starts MinIO, the reference of many who speak S3's protocol. */
export async function startMinio(): Promise<S3Server> {
  return S3Server.start({
    command: await installGoTool(minio),
    args: ({ port, folder }) => ["server", "--quiet", "--address", `127.0.0.1:${port}`, folder],
    environment: {
      MINIO_ROOT_USER: credentials.accessKeyId,
      MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
      MINIO_BROWSER: "off",
      MINIO_UPDATE: "off",
    },
    healthPath: "/minio/health/ready",
  });
}

/** Starts rclone's server, which takes no notice of conditions. */
export async function startRclone(): Promise<S3Server> {
  const keys = `${credentials.accessKeyId},${credentials.secretAccessKey}`;
  return S3Server.start({
    command: await buildGoTool(rclone, buildRclone),
    args: ({ port, folder }) => ["serve", "s3", "--addr", `127.0.0.1:${port}`, "--auth-key", keys, folder],
  });
}

/** Of rclone's seventy storages and hundred commands one each: built in a minute, not ten. */
const rcloneMain = `package main

import (
	_ "github.com/rclone/rclone/backend/local"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/serve"
	_ "github.com/rclone/rclone/cmd/serve/s3"
)

func main() { cmd.Main() }
`;

async function buildRclone(folder: string): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), "basalt-rclone-"));
  await writeFile(join(cwd, "main.go"), rcloneMain);
  await run("go", ["mod", "init", "basalt.test/rclone"], { cwd });
  await run("go", ["get", `${rclone.module}@${rclone.version}`], { cwd });
  const env = { ...process.env, CGO_ENABLED: "0" };
  await run("go", ["build", "-mod=mod", "-o", join(folder, "rclone"), "."], { cwd, env });
  await rm(cwd, { recursive: true });
}

const motoVersion = "5.2.5";

/** Makes an environment of Python's for moto, unless there is one. */
async function installMoto(): Promise<string> {
  const folder = join(toolCacheFolder, `moto@${motoVersion}`);
  const command = join(folder, "bin", "moto_server");
  if (existsSync(command)) return command;
  await run("python3", ["-m", "venv", "--clear", folder]);
  await run(join(folder, "bin", "pip"), ["install", "--quiet", `moto[server]==${motoVersion}`]);
  return command;
}
