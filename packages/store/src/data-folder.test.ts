import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryDisk, seededRandom } from "@basalt/runtime";
import { openDataFolder } from "./data-folder.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a data folder keeps its producer, which is a random UUID", async () => {
  const disk = new MemoryDisk(seededRandom(1));
  const first = await openDataFolder(disk.mount(), "a/data", seededRandom(7));
  assert.match(first.producer, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  disk.crash("powerCut");
  const again = await openDataFolder(disk.mount(), "a/data", seededRandom(8));
  assert.equal(again.producer, first.producer);
  const other = await openDataFolder(new MemoryDisk(seededRandom(1)).mount(), "data", seededRandom(8));
  assert.notEqual(other.producer, first.producer);
});

test("a folder of another version, or none of ours, is refused with what to expect", async () => {
  const cases = ['{"version":2,"producer":"p"}', '{"version":0,"producer":"p"}', "{}", "not json"];
  for (const content of cases) {
    const files = new MemoryDisk(seededRandom(1)).mount();
    await files.makeFolder("data");
    await files.writeFileAtomic("data/format.json", bytes(content));
    await assert.rejects(openDataFolder(files, "data", seededRandom(1)), { code: "data_folder_version" }, content);
  }
});
