import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, flush, Ledger, ServerUnderTest, tinyPprof } from "@basalt/test-kit";

/** Only root may mount the small disk that these tests fill. */
const isRoot = process.getuid?.() === 0;
const ledger = new Ledger({ ticks: 1, tickSeconds: 600, connections: 8 });

let server: ServerUnderTest;

if (!isRoot) test("NOT TESTED without root, who may mount a small disk: what happens when it is full", () => undefined);
else {
  before(async () => {
    server = await ServerUnderTest.create(["-ingester.head-bytes-max=16MiB"]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", server.dataPath]);
    await server.start();
    assert.equal((await ledger.push(server.url, 100)).failed, 0);
  });
  after(async () => {
    await server.stop();
    execFileSync("umount", [server.dataPath]);
    server.removeData();
  });

  test("pushes get 503 and disk_full, and those before stay", async () => {
    leave(600_000);
    const load = await ledger.push(server.url, 250);
    assert.ok(load.failed > 0 && load.accepted > 0, `${load.accepted} accepted, ${load.failed} refused`);
    assert.match(load.firstError ?? "", /^503 .*"unavailable".*-data\.path.*\[disk_full\]/);
    await fill();
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
    await ledger.check(server.url, "while the disk is full");
  });

  test("a flush says so, and breaks nothing", async () => {
    const answer = await fetch(`${server.url}/flush`, { method: "POST" });
    assert.equal(answer.status, 503, await answer.text());
    assert.equal(answer.headers.get("basalt-error"), "disk_full");
    await ledger.check(server.url, "after a flush that failed");
  });

  test("a process killed on a full disk starts on it, and reads", async () => {
    await server.kill();
    leave(0);
    await server.start();
    await ledger.check(server.url, "after a kill");
  });

  test("service resumes by itself when there is room, and each profile counts once", async () => {
    rmSync(fillerPath());
    const load = await ledger.push(server.url, ledger.pending.length);
    assert.equal(load.failed, 0, load.firstError);
    await ledger.check(server.url, "after the disk has room");
    await flush(server.url);
    await ledger.check(server.url, "after the cut");
  });

  test("a restart finds the same", async () => {
    assert.equal((await server.stop()).code, 0);
    await server.start();
    await ledger.check(server.url, "after a restart");
  });
}

function tiny(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tinyPprof({ samples: "main 1", timeNanos: BigInt(Date.now()) * 1_000_000n }));
}

function fillerPath(): string {
  return join(server.dataPath, "filler");
}

/** Fills the disk until even small pushes are refused: a seal that began before may still give room back, or fail and do so. */
async function fill(): Promise<void> {
  for (let refused = 0, attempts = 0; refused < 3; attempts++) {
    assert.ok(attempts < 1000, "a disk without room takes no pushes in");
    leave(0);
    const { failed } = await ledger.push(server.url, 1);
    refused = failed > 0 ? refused + 1 : 0;
  }
}

/** Fills the disk but for so many bytes. */
function leave(bytes: number): void {
  const { bavail, bsize } = statfsSync(server.dataPath);
  writeFileSync(fillerPath(), Buffer.alloc(Math.max(0, bavail * bsize - bytes)), { flag: "a" });
}
