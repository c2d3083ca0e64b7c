import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProfileColumns } from "@basalt/model";
import { fixtureFolders, fixtureProfiles } from "../testing/fixtures.ts";
import { stackNames } from "../testing/profile-text.ts";
import { bytesOf, content, functionOf, location, packed, sample, sampleType, strings } from "../testing/wire-text.ts";
import { PprofDecoder } from "./decode.ts";
import { ProfileRepairer } from "./repair.ts";

/** Locations 1 to 200 of a Go profile of one sample type. */
function goProfile(type: string, ...stacks: readonly (readonly number[])[]): ProfileColumns {
  const ids = Array.from({ length: 200 }, (_, i) => i + 1);
  return new PprofDecoder().decode(
    bytesOf(
      strings(type, "count", ...ids.map((id) => `f${id}`)),
      sampleType(1, 2),
      ids.flatMap((id) => functionOf(id, id + 2)),
      ids.flatMap((id) => location(id, id)),
      ...stacks.map((stack, i) => sample(stack, [i + 1])),
    ),
  );
}

/** The frames `from`, `from + 1` … `to`: from a leaf toward the root. */
function frames(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function repairedStacks(columns: ProfileColumns): number[][] {
  const { columns: repaired } = new ProfileRepairer().repair(columns, {
    spyName: "gospy",
    stackDepthMax: 0,
    symbolBytesMax: 0,
  });
  return Array.from({ length: repaired.sampleCount }, (_, i) => {
    return [...repaired.stackLocation.slice(repaired.stackStart[i], repaired.stackStart[i + 1])].map((row) => row + 1);
  });
}

const cases: readonly {
  readonly name: string;
  readonly type?: string;
  readonly stacks: readonly (readonly number[])[];
  readonly repaired: readonly (readonly number[])[] | "none";
}[] = [
  {
    name: "a stack continues where another shows more of the root",
    stacks: [frames(1, 32), frames(9, 40)],
    repaired: [frames(1, 40), frames(9, 40)],
  },
  {
    name: "and so on from there",
    stacks: [frames(1, 32), frames(9, 40), frames(14, 45), frames(22, 50)],
    repaired: [frames(1, 50), frames(9, 50), frames(14, 50), frames(22, 50)],
  },
  {
    name: "not by more than eight frames at once",
    stacks: [frames(1, 32), frames(12, 41)],
    repaired: "none",
  },
  {
    name: "fifteen shared frames are too few",
    stacks: [frames(1, 32), [...frames(101, 110), ...frames(18, 33)]],
    repaired: "none",
  },
  {
    name: "sixteen shared frames are enough",
    stacks: [frames(1, 32), [...frames(101, 110), ...frames(17, 33)]],
    repaired: [frames(1, 33), [...frames(101, 110), ...frames(17, 33)]],
  },
  {
    name: "stacks of 24 frames neither give nor take",
    stacks: [frames(1, 24), frames(9, 32), frames(101, 128)],
    repaired: "none",
  },
  {
    name: "the tallest stack is followed",
    stacks: [frames(1, 32), [...frames(9, 32), 150], [...frames(7, 32), 160], [...frames(8, 32), 170]],
    repaired: [
      [...frames(1, 32), 160],
      [...frames(9, 32), 150],
      [...frames(7, 32), 160],
      [...frames(8, 32), 170],
    ],
  },
  {
    name: "a recursion that would continue itself is left alone",
    stacks: [new Array<number>(32).fill(5), frames(1, 30)],
    repaired: "none",
  },
  {
    name: "two stacks that would continue each other are left alone",
    stacks: [
      [...frames(1, 8), ...frames(1, 8), ...frames(1, 8), ...frames(1, 4)],
      [...frames(5, 8), ...frames(1, 8), ...frames(1, 8), ...frames(1, 8)],
    ],
    repaired: "none",
  },
  {
    name: "heap profiles with a stack of 33 frames were not cut at 32",
    stacks: [frames(1, 32), frames(9, 40), frames(101, 133)],
    repaired: "none",
  },
  {
    name: "heap profiles without a stack of 28 frames were not cut",
    stacks: [frames(1, 27), frames(9, 35)],
    repaired: "none",
  },
  {
    name: "CPU profiles are cut at 64",
    type: "cpu",
    stacks: [frames(1, 64), frames(9, 72), frames(30, 60)],
    repaired: [frames(1, 72), frames(9, 72), frames(30, 72)],
  },
  {
    name: "CPU profiles without a stack of 60 are whole",
    type: "cpu",
    stacks: [frames(1, 59), frames(9, 67)],
    repaired: "none",
  },
  { name: "goroutines are whole", type: "goroutine", stacks: [frames(1, 32), frames(9, 40)], repaired: "none" },
];

for (const { name, type, stacks, repaired } of cases) {
  test(`truncated Go stacks: ${name}`, () => {
    const actual = repairedStacks(goProfile(type ?? "inuse_space", ...stacks));
    assert.deepEqual(actual, repaired === "none" ? stacks : repaired);
  });
}

test("many equal deep stacks take linear time", () => {
  const one = content(2, [...packed(1, frames(1, 31)), ...packed(2, [1])]);
  const stacks = new Array<number[]>(20_000).fill(one).flat();
  const profile = new PprofDecoder().decode(
    bytesOf(
      strings("alloc_space", "bytes", "f"),
      sampleType(1, 2),
      functionOf(1, 3),
      frames(1, 40).flatMap((id) => location(id, 1)),
      stacks,
      sample(frames(5, 35), [1]),
    ),
  );
  const { report } = new ProfileRepairer().repair(profile, { spyName: "gospy", stackDepthMax: 0, symbolBytesMax: 0 });
  assert.equal(report.repairedStackCount, 20_000);
});

test("in the corpus, stacks of CPU profiles get deeper and end in a root that other stacks end in", () => {
  const decoder = new PprofDecoder();
  const repairer = new ProfileRepairer();
  let repairedCount = 0;
  for (const { file, bytes } of fixtureProfiles(fixtureFolders.corpus)) {
    const before = decoder.decode(bytes);
    const { columns: after, report } = repairer.repair(before, {
      spyName: "gospy",
      stackDepthMax: 0,
      symbolBytesMax: 0,
    });
    if (report.repairedStackCount === 0) continue;
    let deeperCount = 0;
    const roots = new Set(stackIndexes(before).map((i) => rootOf(before, i)));
    for (const i of stackIndexes(before)) {
      const old = before.stackLocation.slice(before.stackStart[i], before.stackStart[i + 1]);
      const now = after.stackLocation.slice(after.stackStart[i], after.stackStart[i + 1]);
      assert.deepEqual(now.slice(0, old.length), old, "the leaf side stays");
      if (now.length === old.length) continue;
      deeperCount++;
      assert.ok(stackNames(before, i).length >= 64, `${file}: a stack that the runtime did not cut`);
      assert.ok(roots.has(rootOf(after, i)), file);
    }
    assert.equal(deeperCount, report.repairedStackCount);
    repairedCount += deeperCount;
  }
  assert.ok(repairedCount > 100, `${repairedCount} repaired`);
});

function stackIndexes(columns: ProfileColumns): number[] {
  return Array.from({ length: columns.sampleCount }, (_, i) => i);
}

function rootOf(columns: ProfileColumns, sampleIndex: number): number | undefined {
  return columns.stackLocation[(columns.stackStart[sampleIndex + 1] ?? 0) - 1];
}
