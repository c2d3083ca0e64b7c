import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { formats, sniffFormat } from "./format-table.ts";
import { fixtureFolders, fixtureProfiles } from "./testing/fixtures.ts";

test("every recorded pprof is taken for one, and decodes by the table", () => {
  const decoders = new Map(formats.map((format) => [format, format.createDecoder()]));
  for (const { file, bytes } of fixtureProfiles(fixtureFolders.corpus)) {
    const format = sniffFormat(bytes);
    assert.equal(format?.name, "pprof", file);
    assert.ok((decoders.get(formats[0] ?? format)?.decode(bytes).sampleCount ?? 0) > 0);
  }
});

test("other bytes are not taken for pprof", () => {
  const others = ["", "main;work 7\n", '{"$schema":"speedscope"}', "FLR\0", "\xff\xff"].map((text) =>
    Buffer.from(text, "latin1"),
  );
  for (const bytes of [...others, gzipSync("x")]) assert.equal(sniffFormat(bytes), undefined, bytes.toString("latin1"));
});
