import assert from "node:assert/strict";
import { test } from "node:test";
import { fileError, MemoryDisk } from "./memory-file-system.ts";
import type { Random } from "./random.ts";

/** Always the same number: 0 keeps nothing unsynced, 0.99 keeps all of it. */
function constant(value: number): Random {
  return { next: () => value, bytes: (count) => new Uint8Array(count) };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

test("a memory disk keeps what was synced and loses the rest when the power is cut", async () => {
  const disk = new MemoryDisk(constant(0));
  const files = disk.mount();
  await files.makeFolder("a/b");
  const file = await files.open("a/b/log", "create");
  await file.append([bytes("one "), bytes("two ")]);
  await file.sync();
  await files.syncFolder("a/b");
  await file.append([bytes("three")]);
  await files.open("a/b/unsynced", "create");
  disk.crash("powerCut");
  const after = disk.mount();
  assert.equal(text(await after.readFile("a/b/log")), "one two ");
  assert.deepEqual(await after.list("a/b"), ["log"]);
  await assert.rejects(file.append([bytes("x")]), { code: "EDEAD" });
});

test("a memory disk keeps everything when only the process dies", async () => {
  const disk = new MemoryDisk(constant(0));
  const file = await disk.mount().open("log", "create");
  await file.append([bytes("one")]);
  disk.crash("kill");
  assert.equal(text(await disk.mount().readFile("log")), "one");
});

test("a memory disk may bring back what a truncation took, unless it was synced", async () => {
  for (const [isSynced, expected] of [
    [false, "onetwo"],
    [true, "one"],
  ] as const) {
    const disk = new MemoryDisk(constant(0.4));
    const files = disk.mount();
    const file = await files.open("log", "create");
    await file.append([bytes("onetwo")]);
    await file.sync();
    await files.syncFolder("");
    await file.truncate(3);
    if (isSynced) await file.sync();
    disk.crash("powerCut");
    assert.equal(text(await disk.mount().readFile("log")), expected);
  }
});

test("a memory disk replaces a file atomically", async () => {
  const disk = new MemoryDisk(constant(0.99));
  await disk.mount().writeFileAtomic("state", bytes("old"));
  for (let failing = 1; ; failing++) {
    const files = disk.mount();
    const start = disk.operationCount;
    disk.fault = (operation) => (operation.index - start === failing ? "powerCut" : undefined);
    const outcome = await files.writeFileAtomic("state", bytes("new")).then(
      () => "done",
      () => "crashed",
    );
    disk.fault = undefined;
    const content = text(await disk.mount().readFile("state"));
    if (outcome === "done") {
      assert.equal(content, "new");
      break;
    }
    assert.ok(content === "old" || content === "new", content);
  }
});

test("a memory disk runs full: a part is written, the rest fails, and room helps", async () => {
  const disk = new MemoryDisk(constant(0));
  disk.quotaBytes = 5;
  const files = disk.mount();
  const file = await files.open("log", "create");
  await assert.rejects(file.append([bytes("12345678")]), { code: "ENOSPC" });
  assert.equal(await file.size(), 5);
  assert.equal(await files.freeBytes(""), 0);
  await file.truncate(0);
  await file.append([bytes("1234")]);
  assert.equal(text(await files.readFile("log")), "1234");
});

test("a memory disk refuses what node:fs refuses", async () => {
  const files = new MemoryDisk(constant(0)).mount();
  await files.makeFolder("folder");
  await files.writeFileAtomic("file", bytes("x"));
  await files.link("file", "folder/second");
  const cases: readonly [string, () => Promise<unknown>, string][] = [
    ["open what is not there", () => files.open("none", "read"), "ENOENT"],
    ["append to what is not there", () => files.open("none", "append"), "ENOENT"],
    ["create what is there", () => files.open("file", "create"), "EEXIST"],
    ["link over a name", () => files.link("file", "folder/second"), "EEXIST"],
    ["remove nothing", () => files.remove("none"), "ENOENT"],
    ["read a folder", () => files.readFile("folder"), "EISDIR"],
    ["create in no folder", () => files.open("none/file", "create"), "ENOENT"],
  ];
  for (const [name, run, code] of cases) await assert.rejects(run, { code }, name);
  await files.removeAll("none");
  await files.removeAll("folder");
  assert.equal(await files.stat("folder"), undefined);
});

test("a memory disk fails the operation that the hook chooses", async () => {
  const disk = new MemoryDisk(constant(0));
  const files = disk.mount();
  disk.fault = ({ name }) => (name === "sync" ? fileError("EIO", "log") : undefined);
  const file = await files.open("log", "create");
  await assert.rejects(file.sync(), { code: "EIO" });
});
