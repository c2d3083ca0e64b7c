import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ManualClock, MemoryDisk, nodeFileSystem, seededRandom } from "@basalt/runtime";
import { KeptOpenFiles } from "./kept-open-files.ts";

const folder = mkdtempSync(join(tmpdir(), "basalt-kept-"));
after(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
for (const name of ["a", "b", "c"]) writeFileSync(path(name), `${name}123456789`);

async function readOnce(files: KeptOpenFiles, name: string, offset: number, length: number): Promise<string> {
  const file = await files.over(nodeFileSystem).open(path(name), "read");
  try {
    return Buffer.from(await file.read(offset, length)).toString();
  } finally {
    await file.close();
  }
}

test("ranges are read as from an ordinary file, also beyond the end", async () => {
  const files = new KeptOpenFiles({ clock: new ManualClock() });
  assert.equal(await readOnce(files, "a", 0, 4), "a123");
  assert.equal(await readOnce(files, "a", 8, 100), "89");
  assert.equal(await readOnce(files, "a", 100, 1), "");
  assert.equal(files.openCount, 1);
  const file = await files.over(nodeFileSystem).open(path("a"), "read");
  assert.equal(await file.size(), 10);
  await assert.rejects(file.append([]), /open for reading/);
  await file.close();
  files.close();
  assert.equal(files.openCount, 0);
});

test("everything but reading is the file system's own, also if it is an object of a class", async () => {
  const disk = new MemoryDisk(seededRandom(1)).mount();
  const over = new KeptOpenFiles({ clock: new ManualClock() }).over(disk);
  await over.makeFolder("/x");
  await over.writeFileAtomic("/x/y", Uint8Array.of(1, 2));
  assert.deepEqual([await over.list("/x"), (await over.stat("/x/y"))?.bytes], [["y"], 2]);
  const file = await over.open("/x/z", "create");
  await file.append([Uint8Array.of(3)]);
  await file.close();
  assert.deepEqual(await disk.readFile("/x/z"), Uint8Array.of(3));
});

test("a missing file is missing as ever", async () => {
  const files = new KeptOpenFiles({ clock: new ManualClock() });
  await assert.rejects(readOnce(files, "none", 0, 1), { code: "ENOENT" });
});

test("the file used longest ago makes room, one that is open stays", async () => {
  const files = new KeptOpenFiles({ clock: new ManualClock(), filesMax: 1 });
  const first = await files.over(nodeFileSystem).open(path("a"), "read");
  assert.equal(await readOnce(files, "b", 0, 1), "b");
  assert.equal(await readOnce(files, "c", 0, 1), "c");
  assert.equal(files.openCount, 2);
  assert.equal(Buffer.from(await first.read(0, 1)).toString(), "a");
  await first.close();
  await first.close();
  assert.equal(await readOnce(files, "b", 0, 1), "b");
  files.close();
});

test("a file that nobody uses is closed after a while, also one that was removed", async () => {
  const clock = new ManualClock();
  const files = new KeptOpenFiles({ clock, idleMs: 1000 });
  writeFileSync(path("gone"), "x");
  await readOnce(files, "gone", 0, 1);
  rmSync(path("gone"));
  assert.equal(await readOnce(files, "gone", 0, 1), "x");
  await clock.advance(2000);
  assert.equal(files.openCount, 0);
  await assert.rejects(readOnce(files, "gone", 0, 1), { code: "ENOENT" });
});
