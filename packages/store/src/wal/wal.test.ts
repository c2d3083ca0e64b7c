import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import type { DiskFault, DiskOperation, FileSystem, OpenFile } from "@basalt/runtime";
import { fileError, ManualClock, MemoryDisk, seededRandom } from "@basalt/runtime";
import { type ReplayResult, replayWal } from "./replay-wal.ts";
import { Wal, type WalOptions } from "./wal.ts";
import { encodeRecords } from "./wal-record.ts";

const folder = "wal";

async function diskWith(seed: number): Promise<MemoryDisk> {
  const disk = new MemoryDisk(seededRandom(seed));
  const files = disk.mount();
  await files.makeFolder(folder);
  return disk;
}

interface Opened {
  readonly wal: Wal;
  readonly records: readonly string[];
  readonly replay: ReplayResult;
  readonly fatal: unknown[];
}

async function openWal(disk: MemoryDisk, options: Partial<WalOptions> = {}): Promise<Opened> {
  const { fileSystem = disk.mount() } = options;
  const records: string[] = [];
  const replay = await replayWal({
    fileSystem,
    folder,
    checksum: crc32,
    onRecord: (payload) => void records.push(text(payload)),
  });
  const fatal: unknown[] = [];
  const wal = new Wal({
    fileSystem,
    clock: new ManualClock(),
    random: seededRandom(1),
    checksum: crc32,
    folder,
    sync: { mode: "always" },
    firstSequence: replay.nextSequence,
    existing: replay.files,
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  return { wal, records, replay, fatal };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const faultOn = (disk: MemoryDisk, name: DiskOperation["name"], fault: () => DiskFault): void => {
  disk.fault = (operation) => (operation.name === name ? fault() : undefined);
};

test("appends of one turn share one sync, and those that come meanwhile share the next", async () => {
  const disk = await diskWith(1);
  const { wal } = await openWal(disk);
  await Promise.all(["a", "b", "c"].map((name) => wal.append(bytes(name))));
  assert.equal(wal.statistics.syncs, 1);
  await Promise.all([...Array(50).keys()].map((i) => wal.append(bytes(`${i}`))));
  assert.ok(wal.statistics.syncs <= 3, `${wal.statistics.syncs} syncs`);
  assert.equal(wal.statistics.records, 53);
});

test("what was acknowledged survives a power cut, in order and once, over many files", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const disk = await diskWith(seed);
    const { wal } = await openWal(disk, { fileBytesMax: 100 });
    const acknowledged: string[] = [];
    const random = seededRandom(seed * 7919);
    const crashAt = disk.operationCount + 1 + Math.floor(random.next() * 40);
    disk.fault = ({ index }) => (index === crashAt ? "powerCut" : undefined);
    const pushes = [...Array(30).keys()].map(async (i) => {
      for (let turns = random.next() * 20; turns > 0; turns--) await Promise.resolve();
      const content = `record ${i} ${"x".repeat(random.next() * 60)}`;
      await wal.append(bytes(content));
      acknowledged.push(content);
    });
    await Promise.allSettled(pushes);
    disk.fault = undefined;
    disk.crash("powerCut");
    const { records, replay } = await openWal(disk);
    assert.deepEqual(replay.damages, [], `seed ${seed}`);
    assert.equal(new Set(records).size, records.length, `seed ${seed}`);
    for (const content of acknowledged) assert.ok(records.includes(content), `seed ${seed}: ${content} is lost`);
  }
});

test("rotate and drop remove what came before and nothing else", async () => {
  const disk = await diskWith(2);
  const first = await openWal(disk);
  await first.wal.append(bytes("old"));
  const before = first.wal.append(bytes("old too"));
  const boundary = first.wal.rotate();
  const after = first.wal.append(bytes("new"));
  await Promise.all([before, after]);
  await first.wal.drop(await boundary);
  await first.wal.close();
  const second = await openWal(disk);
  assert.deepEqual(second.records, ["new"]);
  await second.wal.append(bytes("newer"));
  await second.wal.drop(await second.wal.rotate());
  assert.deepEqual((await openWal(disk)).records, []);
});

test("a full disk refuses the group, leaves no trace of it, and room brings service back", async () => {
  const disk = await diskWith(3);
  const { wal, fatal } = await openWal(disk);
  await wal.append(bytes("kept"));
  disk.quotaBytes = disk.usedBytes() + 20;
  await assert.rejects(wal.append(bytes("does not fit")), { code: "disk_full", retryAfterSeconds: 5 });
  await assert.rejects(wal.append(bytes("nor does this")), { code: "disk_full" });
  disk.quotaBytes += 1000;
  await wal.append(bytes("fits again"));
  assert.deepEqual(fatal, []);
  disk.crash("powerCut");
  assert.deepEqual((await openWal(disk)).records, ["kept", "fits again"]);
});

test("a full disk at the very first record is no end either", async () => {
  const disk = await diskWith(4);
  disk.quotaBytes = 3;
  const { wal } = await openWal(disk);
  await assert.rejects(wal.append(bytes("x")), { code: "disk_full" });
  disk.quotaBytes = 1000;
  await wal.append(bytes("y"));
  assert.deepEqual((await openWal(disk)).records, ["y"]);
});

test("an error of a sync ends the log: all that wait fail and nothing is accepted any more", async () => {
  const disk = await diskWith(5);
  const { wal, fatal } = await openWal(disk);
  faultOn(disk, "sync", () => fileError("EIO", folder));
  const pushes = await Promise.allSettled([wal.append(bytes("a")), wal.append(bytes("b"))]);
  assert.ok(pushes.every(({ status }) => status === "rejected"));
  await assert.rejects(wal.append(bytes("c")), { code: "shutting_down" });
  assert.equal(fatal.length, 1);
});

test("ENOSPC from a sync is an error of a sync, not a refusal", async () => {
  const disk = await diskWith(6);
  const { wal, fatal } = await openWal(disk);
  await wal.append(bytes("a"));
  faultOn(disk, "sync", () => fileError("ENOSPC", folder));
  await assert.rejects(wal.append(bytes("b")), { code: "shutting_down" });
  assert.equal(fatal.length, 1);
});

test("in interval mode an append does not wait for the sync, which follows", async () => {
  const disk = await diskWith(7);
  const clock = new ManualClock();
  const { wal, fatal } = await openWal(disk, { sync: { mode: "interval", intervalMs: 100 }, clock });
  await wal.append(bytes("a"));
  await wal.append(bytes("b"));
  assert.equal(wal.statistics.syncs, 0);
  assert.equal(clock.timerCount, 1);
  await clock.advance(100);
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  assert.equal(wal.statistics.syncs, 1);
  await wal.append(bytes("c"));
  faultOn(disk, "sync", () => fileError("EIO", folder));
  await clock.advance(100);
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  assert.equal(fatal.length, 1);
});

test("damage inside a file costs that record, is reported, and the file is put aside instead of deleted", async () => {
  const disk = await diskWith(8);
  const first = await openWal(disk);
  for (const content of ["one", "two", "three"]) await first.wal.append(bytes(content));
  await first.wal.close();
  const files = disk.mount();
  const path = `${folder}/00000001.wal`;
  const content = await files.readFile(path);
  const at = text(content).indexOf("two");
  content[at] = 0x21;
  await files.writeFileAtomic(path, content);
  const second = await openWal(disk);
  assert.deepEqual(second.records, ["one", "three"]);
  assert.deepEqual(second.replay.damages, [{ path, offset: 48 }]);
  await second.wal.drop(await second.wal.rotate());
  assert.deepEqual(await disk.mount().list(`${folder}/quarantine`), ["00000001.wal"]);
  assert.deepEqual((await openWal(disk)).records, []);
});

/** A file system whose syncs begin when the test says so. */
function slowSyncs(files: FileSystem, gates: (() => void)[]): FileSystem {
  const open: FileSystem["open"] = async (path, mode) => {
    const file = await files.open(path, mode);
    const sync = (): Promise<void> =>
      new Promise((resolve, reject) => gates.push(() => void file.sync().then(resolve, reject)));
    return Object.assign(Object.create(file) as OpenFile, { sync });
  };
  return Object.assign(Object.create(files) as FileSystem, { open });
}

test("in interval mode a file is synced whole before rotate and close resolve, whoever waits for the sync under way", async () => {
  for (const end of ["rotate", "close"] as const) {
    const disk = await diskWith(14);
    const clock = new ManualClock();
    const gates: (() => void)[] = [];
    const fileSystem = slowSyncs(disk.mount(), gates);
    const opening = openWal(disk, { fileSystem, sync: { mode: "interval", intervalMs: 100 }, clock });
    const { wal, fatal } = await opening;
    const first = wal.append(bytes("a"));
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    };
    await turns();
    // The file's header.
    gates.shift()?.();
    await first;
    await clock.advance(100);
    await turns();
    await wal.append(bytes("b"));
    await clock.advance(100);
    let isOver = false;
    const ended = wal[end]().then(() => {
      isOver = true;
    });
    await turns();
    assert.deepEqual([gates.length, isOver], [1, false]);
    gates.shift()?.();
    await turns();
    assert.deepEqual([gates.length, isOver], [1, false], `${end} waits for the sync of what came meanwhile`);
    gates.shift()?.();
    await ended;
    disk.crash("powerCut");
    assert.deepEqual([(await openWal(disk)).records, fatal], [["a", "b"], []]);
  }
});

const noSalt = { seed: 0, tag: 0 };

/** A payload that holds a record made without knowledge of the file's salt, at each alignment, and 4 KB behind it. */
function hostile(): Uint8Array {
  const record = Buffer.concat(encodeRecords([bytes("forged")], crc32, noSalt));
  return Buffer.concat([...Array.from({ length: 8 }, () => [bytes("x"), record]).flat(), Buffer.alloc(4000, 0x79)]);
}

async function editFile(disk: MemoryDisk, edit: (content: Uint8Array) => Uint8Array): Promise<void> {
  const path = `${folder}/00000001.wal`;
  const files = disk.mount();
  await files.writeFileAtomic(path, edit(await files.readFile(path)));
}

test("a record inside a payload is never replayed, wherever the log is torn or damaged", async () => {
  const write = async (): Promise<MemoryDisk> => {
    const disk = await diskWith(10);
    const { wal } = await openWal(disk);
    for (const payload of [bytes("before"), hostile(), bytes("after")]) await wal.append(payload);
    await wal.close();
    return disk;
  };
  const recordStart = 24 + 16 + 8;
  for (const length of [recordStart + 15, recordStart + 300, recordStart + 2000]) {
    const torn = await write();
    await editFile(torn, (content) => content.subarray(0, length));
    const { records, replay } = await openWal(torn);
    assert.deepEqual([records, replay.damages, replay.tornBytes], [["before"], [], length - recordStart]);
  }
  for (const at of [recordStart, recordStart + 4, recordStart + 12, recordStart + 3000]) {
    const damaged = await write();
    await editFile(damaged, (content) => content.fill(0x7f, at, at + 1));
    const { records, replay } = await openWal(damaged);
    assert.deepEqual([records, replay.damages.length], [["before", "after"], 1], `byte ${at}`);
  }
});

test("a log of version 1 is read, and nothing is looked for in its torn end", async () => {
  const header = Buffer.alloc(16);
  header.write("BSWL");
  header.writeUInt32LE(1, 4);
  header.writeBigUInt64LE(1n, 8);
  const disk = await diskWith(11);
  const file = Buffer.concat([header, ...encodeRecords([bytes("one"), bytes("two"), hostile()], crc32, noSalt)]);
  await disk.mount().writeFileAtomic(`${folder}/00000001.wal`, file.subarray(0, -1000));
  const { wal, records, replay } = await openWal(disk);
  assert.deepEqual([records, replay.damages], [["one", "two"], []]);
  await wal.append(bytes("three"));
  assert.deepEqual((await openWal(disk)).records, ["one", "two", "three"]);
});

test("a payload of false headers costs one look at each", async () => {
  const disk = await diskWith(12);
  const { wal } = await openWal(disk);
  const fake = Buffer.alloc(16);
  fake.write("BSWR");
  fake.writeUInt32LE(100_000, 4);
  await wal.append(Buffer.concat(Array.from({ length: 65_536 }, () => fake)));
  await wal.append(bytes("after"));
  await wal.close();
  await editFile(disk, (content) => content.fill(0x7f, 24, 25));
  let summed = 0;
  const records: string[] = [];
  await replayWal({
    fileSystem: disk.mount(),
    folder,
    checksum: (content, seed) => {
      summed += content.length;
      return crc32(content, seed);
    },
    onRecord: (payload) => void records.push(text(payload)),
  });
  assert.deepEqual(records, ["after"]);
  assert.ok(summed < 100, `${summed} bytes summed for 5`);
});

test("a file whose header is damaged is put aside as a whole, one that ends in it held nothing", async () => {
  const disk = await diskWith(13);
  const { wal } = await openWal(disk);
  await wal.append(bytes("one"));
  await wal.close();
  const whole = await disk.mount().readFile(`${folder}/00000001.wal`);
  await editFile(disk, (content) => content.fill(0, 0, 24));
  assert.deepEqual((await openWal(disk)).replay.damages, [{ path: `${folder}/00000001.wal`, offset: 0 }]);
  await editFile(disk, () => whole.subarray(0, 20));
  const { replay } = await openWal(disk);
  assert.deepEqual([replay.damages, replay.tornBytes], [[], 20]);
});

test("a queue that grows beyond its bound refuses", async () => {
  const disk = await diskWith(9);
  const { wal } = await openWal(disk, { queueBytesMax: 100 });
  const pushes = await Promise.allSettled([...Array(10).keys()].map(() => wal.append(new Uint8Array(40))));
  const codes = pushes.map((push) => (push.status === "rejected" ? push.reason.code : "ok"));
  assert.deepEqual(codes, ["ok", "ok", ...Array(8).fill("queue_full")]);
});
