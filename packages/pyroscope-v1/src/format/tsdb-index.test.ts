import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@basalt/runtime";
import { BigEndianWriter } from "../testing/big-endian-writer.ts";
import { assertCalm, assertRefused } from "../testing/damage.ts";
import { realFile } from "../testing/fixture.ts";
import { writeTsdbIndex } from "../testing/write-tsdb-index.ts";
import { indexBytesMax, parseTsdbIndex } from "./tsdb-index.ts";

test("a real index names its series", () => {
  const series = parseTsdbIndex(realFile("index.tsdb"));
  assert.equal(series.length, 134);
  assert.deepEqual(
    series.map(({ seriesIndex }) => seriesIndex),
    series.map((_, i) => i),
  );
  const [first] = series;
  assert.equal(
    first?.labels.map(({ name, value }) => `${name}=${value}`).join(" "),
    "__name__=goroutines __period_type__=goroutine __period_unit__=count " +
      "__profile_type__=goroutines:goroutine:count:goroutine:count __service_name__=batch __type__=goroutine " +
      "__unit__=count env=prod pod=pod-a pyroscope_spy=gospy service_name=batch",
  );
});

test("series keep the order of their labels, whatever it is, and any text", () => {
  const series = [
    {
      labels: [
        { name: "service_name", value: "ü" },
        { name: "a", value: "" },
      ],
      seriesIndex: 7,
    },
    { labels: [{ name: "x".repeat(300), value: "y" }], seriesIndex: 4_294_967_295 },
    { labels: [], seriesIndex: 0 },
  ];
  assert.deepEqual(parseTsdbIndex(writeTsdbIndex(series)), series);
});

test("an index without series is one", () => {
  assert.deepEqual(parseTsdbIndex(writeTsdbIndex([])), []);
});

test("what is cut off anywhere is refused", () => {
  const bytes = realFile("index.tsdb");
  for (let length = 0; length < bytes.length; length += 61) {
    assertRefused(() => parseTsdbIndex(bytes.subarray(0, length)), `${length} bytes`);
  }
});

const seed = 20261121;
test(`a flipped bit is refused, or lies where nobody looks (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const bytes = realFile("index.tsdb");
  const whole = JSON.stringify(parseTsdbIndex(bytes));
  for (let round = 0; round < 300; round++) {
    const at = Math.floor(random.next() * bytes.length);
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] as number) ^ (1 << Math.floor(random.next() * 8));
    assertCalm(() => assert.equal(JSON.stringify(parseTsdbIndex(damaged)), whole), `bit of byte ${at}`);
  }
});

test("counts that the bytes cannot hold are refused before memory is taken", () => {
  const symbols = new BigEndianWriter().uint32(0xffffffff).finish();
  const file = new BigEndianWriter().uint32(0xbaaad700).uint8(2).uint32(symbols.length).checked(symbols);
  const contents = new BigEndianWriter().uint64(5);
  for (let i = 0; i < 6; i++) contents.uint64(file.length);
  const bytes = file.checked(contents.zeros(16).finish()).finish();
  assert.throws(() => parseTsdbIndex(bytes), { code: "block_corrupt", message: /4294967295 symbols in 0 bytes/ });
});

test("a series index that two series have is refused", () => {
  const one = { labels: [{ name: "a", value: "b" }], seriesIndex: 3 };
  assert.throws(() => parseTsdbIndex(writeTsdbIndex([one, one])), { code: "block_corrupt", message: /series 3 twice/ });
});

test("another version and an index beyond the bound are refused by name", () => {
  const newer = realFile("index.tsdb");
  newer[4] = 3;
  assert.throws(() => parseTsdbIndex(newer), { code: "block_version" });
  assert.throws(() => parseTsdbIndex(new Uint8Array(indexBytesMax + 1)), { code: "block_corrupt", message: /at most/ });
});
