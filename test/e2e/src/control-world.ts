import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  driveLoad,
  type Ended,
  flush,
  loadSeries,
  readCorpus,
  repositoryRoot,
  runCommand,
  ServerUnderTest,
  schedule,
} from "@basalt/test-kit";
import { DuckDBInstance } from "@duckdb/node-api";
import { pushDrawn, shop } from "./drawn-shop.ts";
import { type Rows, ServerAnswers } from "./server-answers.ts";

/** CPU time, the type of most questions. */
export const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

/** A running server with profiles of the tenant `team-a` in blocks, and what `basaltctl` says of them. */
export class ControlWorld {
  readonly server: ServerUnderTest;
  readonly answers: ServerAnswers;
  /** Of the files that a test writes; commands run there. */
  readonly folder: string = mkdtempSync(join(tmpdir(), "basaltctl-"));
  /** Unix s; all profiles are older. */
  readonly endSeconds: number = Math.floor(Date.now() / 1000 / 900) * 900;
  readonly rangeFlags: readonly string[];

  private constructor(server: ServerUnderTest) {
    this.server = server;
    const range = { start: (this.endSeconds - 12 * 3600) * 1000, end: this.endSeconds * 1000 };
    this.rangeFlags = [`-from=${range.start}`, `-until=${range.end}`];
    this.answers = new ServerAnswers(server.url, range, { "x-scope-orgid": "team-a" });
  }

  static async create(): Promise<ControlWorld> {
    const world = new ControlWorld(await ServerUnderTest.create(["-auth.multitenancy-enabled=true"]));
    const { server, answers, endSeconds } = world;
    await server.start();
    for (const drawn of shop) await pushDrawn({ server: answers, endSeconds }, drawn);
    const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
    const endNanos = BigInt(endSeconds - 11) * 1_000_000_000n;
    const pushes = [...schedule(loadSeries(corpus), { ticks: 1, tickSeconds: 600, endNanos })].slice(0, 60);
    const headers = { "x-scope-orgid": "team-a" };
    const load = await driveLoad(pushes, { url: server.url, connections: 4, resample: false, overSeconds: 0, headers });
    assert.equal(load.accepted, 60, load.firstError);
    await flush(server.url);
    return world;
  }

  async remove(): Promise<void> {
    await this.server.stop();
    this.server.removeData();
    rmSync(this.folder, { recursive: true });
  }

  /** The folder of the blocks of `team-a`. */
  get blocks(): string {
    return join(this.server.dataPath, "bucket/team-a/blocks");
  }

  /** Over the bucket of the server. */
  overBucket(args: readonly string[]): Promise<Ended> {
    return runCommand("basaltctl", [...args, `-data.path=${this.server.dataPath}`]);
  }

  /** Asks the server. */
  asked(args: readonly string[], tenant: string = "team-a"): Promise<Ended> {
    return runCommand("basaltctl", [...args, `-url=${this.server.url}`, `-tenant=${tenant}`], { cwd: this.folder });
  }
}

/** What a command that succeeds quietly writes as JSON. */
export async function jsonOf<T>(run: Promise<Ended>): Promise<T> {
  const { status, stdout, stderr } = await run;
  assert.deepEqual([status, stderr], [0, ""]);
  return JSON.parse(stdout) as T;
}

/** Rows of an SQL query; 64-bit integers are text. */
export async function sql(text: string): Promise<Rows> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(text)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Lines of folded stacks, by stack. */
export function foldedRows(text: string): Rows {
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}
