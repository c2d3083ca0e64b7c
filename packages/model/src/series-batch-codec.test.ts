import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { anonymousTenant } from "./ids.ts";
import { labelsFrom } from "./labels.ts";
import type { SymbolColumns } from "./profile-columns.ts";
import type { SeriesBatch } from "./series-batch.ts";
import { decodeSeriesBatch } from "./series-batch-decode.ts";
import { encodeSeriesBatch } from "./series-batch-encode.ts";

/** Draws numbers from a seed (mulberry32). */
function drawer(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Draw = (below: number) => number;

/** Numbers below a bound; the array is now and then longer than asked for. */
function column(draw: Draw, count: number, below: number): Uint32Array {
  const values = new Uint32Array(count + draw(3));
  for (let i = 0; i < count; i++) values[i] = draw(below);
  return values;
}

function starts(draw: Draw, count: number, end: number): Uint32Array {
  const values = Uint32Array.from({ length: count + 1 }, () => draw(end + 1)).sort();
  values[0] = 0;
  values[count] = end;
  return values;
}

function wide(draw: Draw, count: number): BigUint64Array {
  return BigUint64Array.from({ length: count }, () => BigInt(draw(2 ** 32)) << BigInt(draw(33)));
}

function randomSymbols(draw: Draw, scale: number): SymbolColumns {
  const [strings, functions, mappings] = [1 + draw(scale), 1 + draw(scale), draw(4)];
  const [locations, lines] = [1 + draw(scale), draw(scale)];
  const stringLength = column(draw, strings, draw(2) === 0 ? 9 : 300);
  stringLength[0] = 0;
  const isScattered = draw(2) === 0;
  const stringStart = new Uint32Array(strings);
  let end = 5;
  for (let i = 0; i < strings; i++) {
    stringStart[i] = isScattered ? draw(1000) : end + 2;
    end = (stringStart[i] ?? 0) + (stringLength[i] ?? 0);
  }
  return {
    stringBytes: Uint8Array.from({ length: Math.max(end, 1300) + 5 }, () => draw(256)),
    stringCount: strings,
    stringStart,
    stringLength,
    functionCount: functions,
    functionName: column(draw, functions, strings),
    functionSystemName: column(draw, functions, strings),
    functionFilename: column(draw, functions, strings),
    functionStartLine: column(draw, functions, draw(2) === 0 ? 1 : 2 ** 31),
    mappingCount: mappings,
    mappingStart: wide(draw, mappings),
    mappingLimit: wide(draw, mappings),
    mappingOffset: wide(draw, mappings),
    mappingFilename: column(draw, mappings, strings),
    mappingBuildId: column(draw, mappings, strings),
    mappingFlags: Uint8Array.from(column(draw, mappings, 16)),
    locationCount: locations,
    locationMapping: column(draw, locations, mappings + 1),
    locationAddressLow: column(draw, locations, draw(2) === 0 ? 1 : 2 ** 32),
    locationAddressHigh: column(draw, locations, draw(2) === 0 ? 1 : 2 ** 32),
    locationIsFolded: Uint8Array.from(column(draw, locations, 2)),
    locationLineStart: starts(draw, locations, lines),
    lineCount: lines,
    lineFunction: column(draw, lines, functions + 1),
    lineNumber: column(draw, lines, 70000),
  };
}

/** A batch of any shape: narrow and wide columns, strings in one stretch or scattered, arrays longer than their count. */
function randomBatch(seed: number): SeriesBatch {
  const draw = drawer(seed);
  const scale = 1 + draw(400);
  const symbols = randomSymbols(draw, scale);
  const samples = draw(scale);
  const stackLocations = samples === 0 ? 0 : draw(scale * 10);
  const types = 1 + draw(4);
  const values = new Float64Array(samples * types);
  for (let i = 0; i < values.length; i++)
    values[i] = draw(2 ** (8 * (1 + (i % types)))) * (draw(50) === 0 ? 2 ** 20 : 1);
  const rows = Array.from({ length: draw(5) }, (_, row) => {
    const sampleStart = draw(samples + 1);
    const sampleEnd = sampleStart + draw(samples - sampleStart + 1);
    const labels = labelsFrom({ a: `${row}`, service_name: "x", "\u00fc": "" });
    return { labels, valueColumn: draw(types), sampleStart, sampleEnd };
  });
  return {
    ...symbols,
    tenant: anonymousTenant,
    service: draw(2) === 0 ? "anonymous" : "caf\u00e9 \u{1f525}",
    profileId: Uint8Array.from({ length: 16 }, () => draw(256)),
    timeNanos: -5n,
    durationNanos: 2n ** 62n,
    period: 10_000_000n,
    rows,
    sampleCount: samples,
    stackStart: starts(draw, samples, stackLocations),
    stackLocation: column(draw, stackLocations, symbols.locationCount),
    sampleTypeCount: types,
    values: draw(4) === 0 ? BigInt64Array.from(values, (value) => BigInt(value) * 3n - 7n) : values,
    ...(draw(3) === 0 ? { spanId: wide(draw, samples) } : {}),
    ...(draw(3) === 0 ? { traceId: new Uint8Array(samples * 16).fill(7) } : {}),
  };
}

/** The batch as plain values without what lies beyond the counts. */
function contentOf(batch: SeriesBatch): Record<string, unknown> {
  const text = (i: number): string =>
    Buffer.from(
      batch.stringBytes.subarray(batch.stringStart[i], (batch.stringStart[i] ?? 0) + (batch.stringLength[i] ?? 0)),
    ).toString("latin1");
  const counts: [RegExp, number][] = [
    [/^function(?!Count)/, batch.functionCount],
    [/^mapping(?!Count)/, batch.mappingCount],
    [/^locationLineStart/, batch.locationCount + 1],
    [/^location(?!Count)/, batch.locationCount],
    [/^line(?!Count)/, batch.lineCount],
    [/^stackStart/, batch.sampleCount + 1],
    [/^stackLocation/, batch.stackStart[batch.sampleCount] ?? 0],
  ];
  const content: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(batch)) {
    if (name.startsWith("string")) continue;
    const count = counts.find(([pattern]) => pattern.test(name))?.[1];
    content[name] = ArrayBuffer.isView(value) ? Array.from((value as Uint32Array).subarray(0, count)) : value;
  }
  return { ...content, strings: Array.from({ length: batch.stringCount }, (_, i) => text(i)) };
}

test("a series batch is read back as it was written", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const batch = randomBatch(seed);
    const encoded = encodeSeriesBatch(batch, crc32);
    assert.deepEqual(contentOf(decodeSeriesBatch(encoded, crc32)), contentOf(batch), `seed ${seed}`);
    const shifted = new Uint8Array(encoded.length + 3);
    shifted.set(encoded, 3);
    assert.deepEqual(
      contentOf(decodeSeriesBatch(shifted.subarray(3), crc32)),
      contentOf(batch),
      `seed ${seed}, unaligned`,
    );
  }
});

test("a damaged series batch fails its checksum", () => {
  const encoded = encodeSeriesBatch(randomBatch(3), crc32);
  for (let at = checksumCovers; at < encoded.length; at += 7) {
    encoded[at] = (encoded[at] ?? 0) ^ 0x10;
    assert.throws(() => decodeSeriesBatch(encoded, crc32), { code: "batch_malformed" });
    encoded[at] = (encoded[at] ?? 0) ^ 0x10;
  }
});

const checksumCovers = 16;

test("hostile bytes are refused or read within bounds, never worse", () => {
  const draw = drawer(99);
  for (let round = 0; round < 3000; round++) {
    const encoded = encodeSeriesBatch(randomBatch(1 + draw(20)), crc32);
    const isCut = draw(4) === 0;
    const hostile = isCut ? encoded.slice(0, draw(encoded.length)) : encoded;
    for (let flips = draw(4); flips >= 0; flips--) hostile[4 + draw(Math.min(hostile.length, 400))] = draw(256);
    try {
      const batch = decodeSeriesBatch(hostile);
      for (let i = 0; i < batch.stackLocation.length; i++)
        assert.ok((batch.stackLocation[i] ?? 0) < batch.locationCount);
      for (const row of batch.rows)
        assert.ok(row.sampleEnd <= batch.sampleCount && row.valueColumn < batch.sampleTypeCount);
      for (let i = 0; i < batch.stringCount; i++)
        assert.ok((batch.stringStart[i] ?? 0) + (batch.stringLength[i] ?? 0) <= batch.stringBytes.length);
    } catch (error) {
      assert.match(String((error as { code?: unknown }).code), /^(batch_malformed|tenant_invalid)$/, String(error));
    }
  }
});
