import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type Acknowledged,
  ask,
  driveLoad,
  flush,
  loadSeries,
  pushedTotals,
  readCorpus,
  repositoryRoot,
  type ScheduledPush,
  ServerUnderTest,
  schedule,
  storedTotals,
  tinyPprof,
} from "@basalt/test-kit";

/** Only root may mount the small disk that these tests fill. */
const isRoot = process.getuid?.() === 0;
const endMs = Date.now();
const range = { start: endMs - 3_600_000, end: endMs + 3_600_000 };
const acknowledged: Acknowledged[] = [];

let server: ServerUnderTest;
/** Those without an acknowledgement, first. */
let pending: readonly ScheduledPush[];

if (!isRoot) test("NOT TESTED without root, who may mount a small disk: what happens when it is full", () => undefined);
else {
  before(async () => {
    server = await ServerUnderTest.create(["-ingester.head-bytes-max=16MiB"]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", server.dataPath]);
    const corpus = readCorpus(join(repositoryRoot, "test/fixtures/corpus"));
    const load = { ticks: 1, tickSeconds: 600, endNanos: BigInt(endMs) * 1_000_000n };
    pending = [...schedule(loadSeries(corpus), load)];
    await server.start();
    assert.equal((await push(100)).failed, 0);
  });
  after(async () => {
    await server.stop();
    execFileSync("umount", [server.dataPath]);
    server.removeData();
  });

  test("pushes get 503 and disk_full, and those before stay", async () => {
    leave(600_000);
    const load = await push(250);
    assert.ok(load.failed > 0 && load.accepted > 0, `${load.accepted} accepted, ${load.failed} refused`);
    assert.match(load.firstError ?? "", /^503 .*"unavailable".*-data\.path.*\[disk_full\]/);
    leave(0);
    const answer = await fetch(`${server.url}/ingest?name=app&format=pprof`, { method: "POST", body: tiny() });
    assert.equal(answer.status, 503, await answer.text());
    assert.equal(answer.headers.get("basalt-error"), "disk_full");
    assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    const batch = {
      series: [
        {
          labels: [{ name: "__name__", value: "process_cpu" }],
          samples: [{ rawProfile: Buffer.from(tiny()).toString("base64") }],
        },
      ],
    };
    const pushed = await ask(server.url, "push.v1.PusherService/Push", batch);
    assert.equal(pushed.status, 503, pushed.text);
    assert.equal(pushed.json["code"], "unavailable");
  });

  test("reads go on, and only what was acknowledged is there", async () => {
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(acknowledged));
  });

  test("a flush says so, and breaks nothing", async () => {
    const answer = await fetch(`${server.url}/flush`, { method: "POST" });
    assert.equal(answer.status, 503, await answer.text());
    assert.equal(answer.headers.get("basalt-error"), "disk_full");
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(acknowledged));
  });

  test("a process killed on a full disk starts on it, and reads", async () => {
    await server.kill();
    leave(0);
    await server.start();
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(acknowledged));
  });

  test("service resumes by itself when there is room, and each profile counts once", async () => {
    rmSync(fillerPath());
    const load = await push(pending.length);
    assert.equal(load.failed, 0, load.firstError);
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(acknowledged));
    await flush(server.url);
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(acknowledged), "after the cut");
  });

  test("a restart finds the same", async () => {
    assert.equal((await server.stop()).code, 0);
    await server.start();
    assert.deepEqual(await storedTotals(server.url, range), pushedTotals(acknowledged));
  });
}

function tiny(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tinyPprof({ samples: "main 1", timeNanos: BigInt(endMs) * 1_000_000n }));
}

/** Pushes so many of those that are not acknowledged yet. */
async function push(count: number): ReturnType<typeof driveLoad> {
  const options = { url: server.url, connections: 8, resample: false, overSeconds: 0 };
  const load = await driveLoad(pending.slice(0, count), options);
  acknowledged.push(...load.acknowledged);
  const done = new Set(load.acknowledged.map(({ push: { seed } }) => seed));
  pending = pending.filter(({ seed }) => !done.has(seed));
  return load;
}

function fillerPath(): string {
  return join(server.dataPath, "filler");
}

/** Fills the disk but for so many bytes. */
function leave(bytes: number): void {
  const { bavail, bsize } = statfsSync(server.dataPath);
  writeFileSync(fillerPath(), Buffer.alloc(Math.max(0, bavail * bsize - bytes)), { flag: "a" });
}
