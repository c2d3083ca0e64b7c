import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { PushRequest } from "./gen/push/v1/push.ts";
import type { PushedSeries } from "./push-request.ts";
import { parsePushRequest } from "./push-request.ts";

/** xorshift32: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const words = ["", "service_name", "checkout", "läuft", "\ufeffbom", "x".repeat(47), "y".repeat(200), "🔥"];

function randomRequest(random: (below: number) => number): PushRequest {
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: random(count) }, make);
  const word = (): string => words[random(words.length)] ?? "";
  const bytes = (): Uint8Array => Uint8Array.from(many(300, () => random(256)));
  return {
    series: many(4, () => ({
      labels: many(6, () => ({ name: word(), value: word() })),
      samples: many(4, () => ({ rawProfile: bytes(), ID: word() })),
      annotations: many(2, () => ({ key: word(), value: word() })),
    })),
  };
}

/** What the generated decoder says, in the shape of ours. */
function oracle(bytes: Uint8Array): readonly PushedSeries[] {
  return PushRequest.decode(bytes).series.map(({ labels, samples }) => ({
    labels,
    samples: samples.map(({ rawProfile, ID }) => ({ rawProfile, id: ID })),
  }));
}

function refusal(bytes: Uint8Array): string | undefined {
  try {
    parsePushRequest(bytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof BasaltError, `a BasaltError, not ${error}`);
    return error.message;
  }
}

test("random requests read as the generated decoder reads them", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const bytes = PushRequest.encode(randomRequest(randomFrom(seed))).finish();
    assert.deepEqual(parsePushRequest(bytes), oracle(bytes), `seed ${seed}`);
  }
});

test("damaged requests are refused, or read as the generated decoder reads them", () => {
  let refusedCount = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    const random = randomFrom(seed * 7919);
    const bytes = PushRequest.encode(randomRequest(random)).finish().slice();
    for (let i = random(4); i >= 0 && bytes.length > 0; i--) bytes[random(bytes.length)] = random(256);
    const damaged = random(3) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
    if (refusal(damaged) !== undefined) refusedCount++;
    else assert.deepEqual(parsePushRequest(damaged), oracle(damaged), `seed ${seed}`);
  }
  assert.ok(refusedCount > 300 && refusedCount < 2900, `${refusedCount} of 3000 refused`);
});

test("profiles are views into the body", () => {
  const request = {
    series: [{ labels: [], samples: [{ rawProfile: Uint8Array.of(1, 2, 3), ID: "" }], annotations: [] }],
  };
  const bytes = PushRequest.encode(request).finish();
  const profile = parsePushRequest(bytes)[0]?.samples[0]?.rawProfile;
  assert.equal(profile?.buffer, bytes.buffer);
  assert.deepEqual(profile, Uint8Array.of(1, 2, 3));
});

test("unknown fields of every wire type are passed over, groups too", () => {
  const writer = new BinaryWriter();
  writer
    .tag(9, 0)
    .uint64(2n ** 63n)
    .tag(9, 1)
    .fixed64(1n)
    .tag(9, 2)
    .bytes(Uint8Array.of(1))
    .tag(9, 5)
    .fixed32(1);
  writer.tag(9, 3).tag(2, 0).uint32(5).tag(9, 4);
  writer.tag(1, 2).bytes(PushRequest.encode({ series: [] }).finish());
  assert.deepEqual(parsePushRequest(writer.finish()), [{ labels: [], samples: [] }]);
});

const malformed: [rule: string, bytes: number[], reason: RegExp][] = [
  ["a tag that is cut short", [0x8a], /cut short at byte 1/],
  ["a length past the end", [0x0a, 5, 0], /a field of 5 bytes is cut short/],
  ["an inner length past its message", [0x0a, 2, 0x0a, 4, 1, 2, 3, 4], /a field of 4 bytes is cut short/],
  ["a length over 32 bits", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x1f], /over 32 bits/],
  ["a varint that never ends", [0x48, ...new Array<number>(11).fill(0xff)], /over 64 bits/],
  ["field number 0", [0x02, 0], /field number 0/],
  ["a group that only ends", [0x0c], /wire type 4/],
  ["a group that never ends", [0x4b], /cut short/],
  ["groups in groups", new Array<number>(100_000).fill(0x4b), /nested too deeply/],
  ["fixed bytes past the end", [0x49, 1, 2, 3], /cut short/],
];
for (const [rule, bytes, reason] of malformed) {
  test(`refused: ${rule}`, () => assert.match(refusal(Uint8Array.from(bytes)) ?? "accepted", reason));
}

test("counts are bounded", () => {
  const empty = { labels: [], samples: [], annotations: [] };
  const manySeries = PushRequest.encode({ series: new Array(11).fill(empty) }).finish();
  const labels = new Array(11).fill({ name: "", value: "" });
  const manyLabels = PushRequest.encode({ series: [{ ...empty, labels }] }).finish();
  const limits = { itemsMax: 10, labelsMax: 10 };
  assert.throws(() => parsePushRequest(manySeries, limits), /more than 10 series and samples/);
  assert.throws(() => parsePushRequest(manyLabels, limits), /more than 10 labels/);
});
