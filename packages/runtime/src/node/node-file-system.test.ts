import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { nodeFileSystem as disk } from "./node-file-system.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the machine's disk", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "basalt-fs-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("appends buffers in order, reads at offsets and short at the end", async () => {
    const file = await disk.open(join(folder, "wal"), "create");
    await file.append([ascii("ab"), ascii(""), ascii("cd")]);
    await file.append([]);
    await file.append([ascii("ef")]);
    await file.sync();
    assert.equal(await file.size(), 6);
    assert.equal(text(await file.read(1, 3)), "bcd");
    assert.equal(text(await file.read(4, 100)), "ef");
    assert.equal((await file.read(6, 1)).length, 0);
    await file.truncate(3);
    await file.append([ascii("X")]);
    await file.close();
    assert.equal(text(await disk.readFile(join(folder, "wal"))), "abcX");
  });

  it("opens as the interface says", async () => {
    const path = join(folder, "file");
    await assert.rejects(disk.open(path, "read"), { code: "ENOENT" });
    await assert.rejects(disk.open(path, "append"), { code: "ENOENT" });
    await (await disk.open(path, "create")).close();
    await assert.rejects(disk.open(path, "create"), { code: "EEXIST" });
    const file = await disk.open(path, "append");
    await file.append([ascii("1")]);
    assert.equal(text(await file.read(0, 1)), "1");
    await file.close();
  });

  it("replaces a file as a whole and leaves nothing beside it", async () => {
    const path = join(folder, "meta.json");
    await disk.writeFileAtomic(path, ascii("one"));
    await disk.writeFileAtomic(path, ascii("two"));
    assert.equal(text(await disk.readFile(path)), "two");
    assert.deepEqual(await disk.list(folder), ["meta.json"]);
  });

  it("makes, lists, links, renames, stats and removes", async () => {
    const inner = join(folder, "a", "b", "c");
    await disk.makeFolder(inner);
    await disk.makeFolder(inner);
    await disk.writeFileAtomic(join(inner, "x"), ascii("123"));
    await disk.link(join(inner, "x"), join(inner, "w"));
    await assert.rejects(disk.link(join(inner, "x"), join(inner, "w")), { code: "EEXIST" });
    await disk.rename(join(inner, "x"), join(inner, "y"));
    await disk.syncFolder(inner);
    assert.deepEqual(await disk.list(inner), ["w", "y"]);
    assert.deepEqual(await disk.list(join(folder, "none")), []);
    const found = await disk.stat(join(inner, "y"));
    assert.deepEqual([found?.bytes, found?.isFolder], [3, false]);
    assert.equal((await disk.stat(inner))?.isFolder, true);
    assert.equal(await disk.stat(join(inner, "none")), undefined);
    await disk.remove(join(inner, "w"));
    await assert.rejects(disk.remove(join(inner, "w")), { code: "ENOENT" });
    await disk.removeAll(join(folder, "a"));
    await disk.removeAll(join(folder, "a"));
    assert.deepEqual(await disk.list(folder), []);
    assert.ok((await disk.freeBytes(folder)) > 0);
  });

  it("locks a file for one holder at a time, until it is released or its process is gone", async () => {
    const path = join(folder, "lock~");
    const release = await disk.lock(path);
    let isSecond = false;
    const second = disk.lock(path).then((releaseSecond) => {
      isSecond = true;
      return releaseSecond;
    });
    await disk.stat(path);
    assert.equal(isSecond, false);
    await release();
    await (await second)();

    const module = new URL("./lock-file.ts", import.meta.url).href;
    const program = `await (await import(${JSON.stringify(module)})).lockFile(${JSON.stringify(path)});
      process.stdout.write("held"); setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["--conditions=basalt-source", "--input-type=module", "-e", program]);
    await once(child.stdout, "data");
    const third = disk.lock(path).then((releaseThird) => ({ releaseThird, wasKilled: child.killed }));
    await disk.stat(path);
    child.kill("SIGKILL");
    const { releaseThird, wasKilled } = await third;
    assert.equal(wasKilled, true, "as long as the process lives the lock is its own");
    await releaseThird();
  });

  it("gives a file another version whenever another one takes its name", async () => {
    const path = join(folder, "meta.json");
    const versions = new Set<string>();
    for (let i = 0; i < 5; i++) {
      await disk.writeFileAtomic(path, ascii("same"));
      await disk.setModified(path, 1_700_000_000_123 + i);
      const found = await disk.stat(path);
      versions.add(found?.version ?? "");
      assert.equal(Math.round(found?.modifiedMs ?? 0), 1_700_000_000_123 + i);
    }
    assert.equal(versions.size, 5);
  });
});
