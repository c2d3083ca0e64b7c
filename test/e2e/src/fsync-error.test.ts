import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessSync } from "node:fs";
import { after, before, test } from "node:test";
import { flush, Ledger, ServerUnderTest } from "@basalt/test-kit";

const ledger = new Ledger({ ticks: 1, tickSeconds: 600, connections: 8 });

let server: ServerUnderTest;

if (!hasStrace())
  test("NOT TESTED without strace, and without root to install it: an fsync that fails", () => undefined);
else {
  before(async () => {
    server = await ServerUnderTest.create(["-ingester.head-bytes-max=8MiB"]);
    // Folders and files that every start finds are made here, so that what fails later is a sync of the log.
    await server.start();
    assert.equal((await ledger.push(server.url, 30)).failed, 0);
    await server.stop();
  });
  after(async () => {
    await server.kill();
    server.removeData();
  });

  for (const failing of [1, 2, 9]) {
    test(`sync ${failing} of the log fails: the process ends, and nothing acknowledged is lost`, async () => {
      await server.start(whenSyncFails(failing));
      const load = await ledger.push(server.url, 60);
      assert.ok(load.failed > 0, "a push whose sync failed is not acknowledged");
      if (failing === 1) assert.equal(load.accepted, 0);
      assert.notEqual(await server.exited(), 0, server.output);
      assert.match(server.output, /the write-ahead log failed.*\[shutting_down\]/);
      await server.start();
      await ledger.settle(server.url);
      await ledger.check(server.url, `after sync ${failing} failed`);
      await server.stop();
    });
  }

  test("a sync that fails while blocks are cut", async () => {
    await server.start(whenSyncFails(4));
    await Promise.all([flush(server.url).catch(() => undefined), ledger.push(server.url, 100)]);
    await server.kill();
    await server.start();
    await ledger.settle(server.url);
    await ledger.check(server.url, "after a sync failed beside a flush");
    await flush(server.url);
    await ledger.check(server.url, "after a flush");
  });
}

/**
 * Makes one fdatasync of the process answer EIO. strace counts for each thread by itself: one thread has to make all calls.
 */
function whenSyncFails(failing: number): Parameters<ServerUnderTest["start"]>[0] {
  return {
    command: [
      // -D: the server is the child itself, so that killing it kills it and not strace alone.
      ...["strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"],
      ...["-e", "trace=fdatasync", "-e", `inject=fdatasync:error=EIO:when=${failing}`],
    ],
    environment: { UV_THREADPOOL_SIZE: "1" },
  };
}

/** Whether strace is there; root installs it where it is not. */
function hasStrace(): boolean {
  if (isInstalled()) return true;
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "strace"], { stdio: "ignore" });
  } catch {
    // Another system, or no network: the name of the test says that nothing was tested.
  }
  return isInstalled();
}

function isInstalled(): boolean {
  const folders = (process.env["PATH"] ?? "").split(":");
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/strace`);
      return true;
    } catch {
      return false;
    }
  });
}
