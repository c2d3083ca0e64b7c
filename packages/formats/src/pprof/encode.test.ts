import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProfileColumns, stringAt } from "@basalt/model";
import { fixtureFolders, fixtureProfiles } from "../testing/fixtures.ts";
import { assertSameAsOracle } from "../testing/oracle.ts";
import { profileText } from "../testing/profile-text.ts";
import { TestRandom } from "../testing/random.ts";
import {
  bytesOf,
  content,
  functionOf,
  location,
  number,
  packed,
  sample,
  sampleType,
  strings,
} from "../testing/wire-text.ts";
import { PprofDecoder } from "./decode.ts";
import { encodePprof } from "./encode.ts";
import { Profile } from "./gen/profile.ts";

const recorded = [...fixtureProfiles(fixtureFolders.corpus), ...fixtureProfiles(fixtureFolders.formats)];

test("recorded profiles survive a round trip, and the generated decoder reads what was written", () => {
  const first = new PprofDecoder();
  const second = new PprofDecoder();
  for (const [i, { file, bytes }] of recorded.entries()) {
    const columns = first.decode(bytes);
    const encoded = encodePprof(columns);
    const again = second.decode(encoded);
    // The generated decoder is slow; every fourth file holds one of each kind.
    if (i % 4 === 0) assertSameAsOracle(again, Profile.decode(encoded));
    assert.equal(profileText(again), profileText(columns), file);
    assert.ok(encoded.length <= bytes.length, `${file}: ${encoded.length} bytes of ${bytes.length}`);
    assert.deepEqual(encodePprof(again), encoded, file);
  }
});

test("values, addresses and times are exact over 64 bits", () => {
  const random = new TestRandom(3);
  const values = Array.from({ length: 300 }, (_, i) => BigInt.asIntN(64, random.uint64() >> BigInt(i % 64)));
  for (const set of [values, values.map((value) => BigInt.asIntN(52, value))]) {
    const bytes = bytesOf(
      strings("f", "t", "u"),
      sampleType(2, 3),
      functionOf(1, 1),
      ...set.map((value, i) => content(4, [...number(1, i + 1), ...number(3, value), ...content(4, number(1, 1))])),
      ...set.map((value, i) => sample([i + 1], [value])),
      number(9, set[0] ?? 0n),
      number(12, set[1] ?? 0n),
    );
    const decoded = new PprofDecoder().decode(bytes);
    const again = new PprofDecoder().decode(encodePprof(decoded));
    assert.deepEqual([...again.values.slice(0, 300)].map(BigInt), set);
    assert.equal(profileText(again), profileText(decoded));
    assert.deepEqual([again.timeNanos, again.period], [set[0], set[1]]);
  }
});

test("only what samples reach is written, with ids from 1 on, and the first mapping", () => {
  const bytes = bytesOf(
    strings("unused", "main", "t", "u", "program", "library"),
    sampleType(3, 4),
    content(3, [...number(1, 70), ...number(5, 5)]),
    content(3, [...number(1, 80), ...number(5, 6)]),
    functionOf(10, 1),
    functionOf(20, 2),
    location(100, 10),
    location(200, 20, 5),
    sample([200], [1]),
  );
  const again = new PprofDecoder().decode(encodePprof(new PprofDecoder().decode(bytes)));
  const texts = Array.from({ length: again.stringCount }, (_, i) => stringAt(again, i));
  assert.deepEqual(texts, ["", "main", "t", "u", "program"]);
  assert.deepEqual([again.mappingCount, again.locationCount, again.functionCount], [1, 1, 1]);
  assert.deepEqual([again.lineFunction[0], again.lineNumber[0]], [1, 5]);
});

test("a merge without labels, an empty stack and a line without a function can be written", () => {
  const { sampleLabelCount, sampleLabelStart, sampleLabelKey, sampleLabelValue, ...merge } = new PprofDecoder().decode(
    bytesOf(
      strings("t", "u", "k"),
      sampleType(1, 2),
      location(1, 9, 3),
      content(2, [...packed(2, [4]), ...content(3, [...number(1, 3), ...number(2, 3)])]),
      sample([1], [0]),
    ),
  );
  assert.equal(sampleLabelCount + sampleLabelStart.length + sampleLabelKey.length + sampleLabelValue.length > 0, true);
  const again: ProfileColumns = new PprofDecoder().decode(encodePprof(merge));
  assert.equal(profileText(again), ["t u", "4 |", "0 | 0x0 ?:3"].join("\n"));
});
