import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./server-under-test.ts";

/** How a server of S3's protocol is started. */
export interface S3Program {
  readonly command: string;
  readonly args: (place: { readonly port: number; readonly folder: string }) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers 200 when the server serves; without it any answer will do. */
  readonly healthPath?: string;
}

/** How long a server may take to its first answer. */
const readyMsMax = 60_000;

/** What servers of tests are told and asked with. */
export const s3Credentials = { accessKeyId: "test", secretAccessKey: "testtest" } as const;

/** A server of S3's protocol on loopback, with one bucket. */
export class S3Server {
  readonly url: string;
  readonly bucketName = "basalt-test";
  readonly accessKeyId: string = s3Credentials.accessKeyId;
  readonly secretAccessKey: string = s3Credentials.secretAccessKey;
  readonly folder: string = mkdtempSync(join(tmpdir(), "basalt-s3-"));
  private readonly program: S3Program;
  private readonly port: number;
  private child: ChildProcess | undefined;
  private output = "";

  private constructor(program: S3Program, port: number) {
    this.program = program;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts a server and makes its bucket. */
  static async start(program: S3Program): Promise<S3Server> {
    const server = new S3Server(program, await freePort());
    await server.resume();
    await server.makeBucket();
    return server;
  }

  /** Starts it again after {@link pause}, on the same port with what it had. */
  async resume(): Promise<void> {
    const { command, args, environment = {}, healthPath = "/" } = this.program;
    const env = { ...process.env, ...environment };
    const { port, folder } = this;
    const child = spawn(command, args({ port, folder }), { env, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    let end: string | undefined;
    child.once("error", (error) => (end = error.message));
    child.once("exit", (code) => (end = `it ended with ${code}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output = (this.output + text).slice(-10_000)));
    }
    const deadline = performance.now() + readyMsMax;
    while (!(await isAnswered(this.url + healthPath, this.program.healthPath !== undefined))) {
      if (end !== undefined || performance.now() > deadline) {
        throw new Error(`${command} does not answer: ${end ?? "in time"}\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it; its port is free and its data stays. */
  async pause(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await ended;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Basalt's flags for this server, or for a proxy before it. */
  flags(url: string = this.url): readonly string[] {
    return [
      "-storage.backend=s3",
      `-storage.s3.endpoint=${url}`,
      `-storage.s3.bucket-name=${this.bucketName}`,
      `-storage.s3.access-key-id=${this.accessKeyId}`,
      `-storage.s3.secret-access-key=${this.secretAccessKey}`,
    ];
  }

  private async makeBucket(): Promise<void> {
    const { S3 } = await import("@aws-sdk/client-s3");
    const s3 = new S3({ endpoint: this.url, region: "us-east-1", forcePathStyle: true, credentials: s3Credentials });
    await s3.createBucket({ Bucket: this.bucketName });
    s3.destroy();
  }
}

async function isAnswered(url: string, needsSuccess: boolean): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.ok || !needsSuccess;
  } catch {
    return false;
  }
}
