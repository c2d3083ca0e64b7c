import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { BasaltError, type ProfileColumns, stringAt } from "@basalt/model";
import { corpusManifest, fixtureFolders, fixturePath, fixtureProfiles, formatsManifest } from "../testing/fixtures.ts";
import { assertSameAsOracle } from "../testing/oracle.ts";
import { TestRandom } from "../testing/random.ts";
import { PprofDecoder } from "./decode.ts";
import { Profile } from "./gen/profile.ts";

const corpus = fixtureProfiles(fixtureFolders.corpus);
const formats = fixtureProfiles(fixtureFolders.formats);

test("every recorded profile decodes to what the generated decoder says, with one decoder for all", () => {
  const decoder = new PprofDecoder();
  for (const { bytes } of [...corpus, ...formats]) assertSameAsOracle(decoder.decode(bytes), Profile.decode(bytes));
});

test("counts and sums per sample type are those of the corpus' manifest", () => {
  const decoder = new PprofDecoder();
  const bytesOf = new Map(corpus.map(({ file, bytes }) => [file, bytes]));
  for (const entry of corpusManifest()) {
    const columns = decoder.decode(bytesOf.get(entry.File) ?? new Uint8Array(0));
    assert.equal(columns.sampleCount, entry.Samples, entry.File);
    assert.equal(columns.functionCount, entry.Functions, entry.File);
    assert.equal(columns.locationCount, entry.Locations, entry.File);
    assert.equal(columns.stringCount, entry.Strings, entry.File);
    assert.deepEqual(sampleTypes(columns), entry.SampleTypes, entry.File);
    assert.deepEqual(sums(columns), entry.Totals.map(BigInt), entry.File);
  }
});

test("sums per sample type are those that google/pprof read from the files of net/http/pprof", () => {
  const decoder = new PprofDecoder();
  const manifest = formatsManifest();
  for (const { file, bytes } of formats) {
    const entry = manifest[file];
    const columns = decoder.decode(bytes);
    assert.equal(columns.sampleCount, entry?.samples, file);
    assert.deepEqual(
      sums(columns).map(String),
      entry?.sampleTypes.map(({ total }) => total),
      file,
    );
  }
});

test("mutated profiles decode as the generated decoder has it, or are refused as malformed", () => {
  const seed = 20261121;
  const random = new TestRandom(seed);
  const small = corpus.filter(({ bytes }) => bytes.length < 8192);
  const decoder = new PprofDecoder();
  let accepted = 0;
  for (let i = 0; i < 3000; i++) {
    const bytes = mutate(small[random.below(small.length)]?.bytes ?? new Uint8Array(0), random);
    try {
      const columns = decoder.decode(bytes);
      assertSameAsOracle(columns, Profile.decode(bytes));
      accepted++;
    } catch (error) {
      const isRefusal = error instanceof BasaltError && error.code === "profile_malformed";
      if (!isRefusal) throw new Error(`seed ${seed}, case ${i}`, { cause: error });
    }
  }
  assert.ok(accepted > 100, `${accepted} accepted`);
});

/** Overwrites, inserts, removes or repeats a few bytes; half of the time only bytes that are likely to be numbers. */
function mutate(original: Uint8Array, random: TestRandom): Uint8Array {
  let bytes = Uint8Array.from(original);
  for (let edits = 1 + random.below(3); edits > 0; edits--) {
    const at = random.below(bytes.length);
    const kind = random.below(8);
    if (kind < 4) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    else if (kind < 6) bytes[at] = random.below(256);
    else if (kind === 6) bytes = bytes.subarray(0, bytes.length - random.below(64));
    else {
      const copied = bytes.subarray(at, at + random.below(32));
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...copied, ...bytes.subarray(at)]);
    }
  }
  return bytes;
}

const hasGo = spawnSync("go", ["version"]).status === 0;

test(`go tool pprof -raw prints the same samples${hasGo ? "" : " (not run: no go on PATH)"}`, () => {
  if (!hasGo) return;
  const decoder = new PprofDecoder();
  for (const file of ["web-cpu-0.pb.gz", "batch-goroutine-1.pb.gz", "node-heap-0.pb.gz"]) {
    const bytes = corpus.find((profile) => profile.file === file)?.bytes ?? new Uint8Array(0);
    const raw = spawnSync("go", ["tool", "pprof", "-raw", fixturePath(fixtureFolders.corpus, file)]);
    assert.equal(raw.status, 0, raw.stderr.toString());
    assert.deepEqual(samplesAsText(decoder.decode(bytes)), samplesOfRaw(raw.stdout.toString()), file);
  }
});

/** `values: ids of locations`, as `go tool pprof -raw` prints a sample. */
function samplesAsText(columns: ProfileColumns): string[] {
  return Array.from({ length: columns.sampleCount }, (_, i) => {
    const values = columns.values.slice(i * columns.sampleTypeCount, (i + 1) * columns.sampleTypeCount);
    const frames = columns.stackLocation.slice(columns.stackStart[i], columns.stackStart[i + 1]);
    return `${[...values].join(" ")}: ${[...frames].map((frame) => frame + 1).join(" ")}`;
  });
}

function samplesOfRaw(text: string): string[] {
  const section = text.slice(text.indexOf("Samples:"), text.indexOf("\nLocations"));
  const lines = section.split("\n").filter((line) => /^[\d\s]+:[\d\s]*$/.test(line));
  return lines.map((line) => line.trim().replace(/\s+/g, " ").replace(/ ?: ?/, ": "));
}

function sampleTypes(columns: ProfileColumns): string[] {
  return Array.from({ length: columns.sampleTypeCount }, (_, i) => {
    const name = stringAt(columns, columns.sampleTypeName[i] ?? 0);
    return `${name}:${stringAt(columns, columns.sampleTypeUnit[i] ?? 0)}`;
  });
}

function sums(columns: ProfileColumns): bigint[] {
  const totals = new Array<bigint>(columns.sampleTypeCount).fill(0n);
  for (let i = 0; i < columns.sampleCount * columns.sampleTypeCount; i++) {
    const column = i % columns.sampleTypeCount;
    totals[column] = (totals[column] ?? 0n) + BigInt(columns.values[i] ?? 0);
  }
  return totals;
}
