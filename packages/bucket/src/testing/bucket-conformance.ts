import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bucket, type ListPage, listAll } from "../bucket.ts";
import { largeObjectCases } from "./large-object-cases.ts";
import { raceCases } from "./race-cases.ts";

/** A rule that every bucket keeps, and a check of it on an empty bucket. */
export type BucketCase = readonly [rule: string, check: (bucket: Bucket) => Promise<void>];

/** Declares tests of all that `Bucket` promises; `open` gives an empty bucket each time. */
export function bucketConformance(name: string, open: () => Bucket | Promise<Bucket>): void {
  describe(`bucket (${name})`, () => {
    for (const [rule, check] of [...objectCases, ...listingCases, ...raceCases, ...largeObjectCases]) {
      test(rule, async () => check(await open()));
    }
  });
}

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

const objectCases: readonly BucketCase[] = [
  [
    "put, replace, get, attributes",
    async (bucket) => {
      await bucket.put("a/b/c", bytes("one"));
      assert.equal(text(await bucket.get("a/b/c")), "one");
      const first = await bucket.attributes("a/b/c");
      await bucket.put("a/b/c", bytes("second"));
      assert.equal(text(await bucket.get("a/b/c")), "second");
      const second = await bucket.attributes("a/b/c");
      assert.equal(second?.bytes, 6);
      assert.ok(first !== undefined && first.version !== second.version, `${first?.version} ${second.version}`);
      assert.ok(second.modifiedMs >= first.modifiedMs, "time goes on");
      assert.deepEqual(await bucket.attributes("a/b/c"), second, "what nobody writes stays of its version");
      assert.equal(await bucket.attributes("a/b"), undefined);
      await bucket.put("empty", new Uint8Array());
      assert.equal((await bucket.get("empty")).length, 0);
      assert.equal((await bucket.attributes("empty"))?.bytes, 0);
    },
  ],
  [
    "ranges are exact",
    async (bucket) => {
      await bucket.put("k", bytes("0123456789"));
      const range = async (offset: number, length: number): Promise<string> =>
        text(await bucket.getRange("k", { offset, length }));
      assert.equal(await range(3, 4), "3456");
      assert.equal(await range(0, 10), "0123456789");
      assert.equal(await range(9, 1), "9");
      assert.equal(await range(10, 0), "");
      assert.equal(await range(4, 0), "");
      for (const [offset, length] of [
        [8, 4],
        [10, 1],
        [11, 0],
        [500, 20],
        [0, 11],
      ] as const) {
        await assert.rejects(range(offset, length), { code: "range_beyond_object" }, `${offset}+${length}`);
      }
    },
  ],
  [
    "what is not there",
    async (bucket) => {
      await bucket.put("folder/k", bytes("x"));
      for (const key of ["none", "folder", "folder/k2", "folder/k/below", "none/k"]) {
        await assert.rejects(bucket.get(key), { code: "object_not_found" }, key);
        await assert.rejects(bucket.getRange(key, { offset: 0, length: 1 }), { code: "object_not_found" }, key);
        await assert.rejects(bucket.getRange(key, { offset: 0, length: 0 }), { code: "object_not_found" }, key);
        assert.equal(await bucket.attributes(key), undefined);
      }
      await bucket.delete("none");
      await bucket.delete("folder/k");
      await bucket.delete("folder/k");
      await assert.rejects(bucket.get("folder/k"), { code: "object_not_found" });
    },
  ],
  [
    "keys may hold what a path may",
    async (bucket) => {
      const names = [
        "a b",
        "a+b",
        "100%25",
        "%2F",
        "q?x=1&y",
        "#1",
        "ü-日本",
        "'(!*)'",
        "a:b@c,d;e$",
        "é",
        '<&>"',
        "-",
        "[{^`|}]",
      ];
      for (const name of names) await bucket.put(`odd/${name}/${name}`, bytes(name));
      const keys = names.map((name) => `odd/${name}/${name}`).sort();
      const listed: string[] = [];
      for await (const key of listAll(bucket, { prefix: "odd/", mode: "keys" })) listed.push(key);
      assert.deepEqual(listed.sort(), keys);
      for (const name of names) {
        const key = `odd/${name}/${name}`;
        assert.equal(text(await bucket.get(key)), name);
        assert.deepEqual((await bucket.list({ prefix: `odd/${name}/`, mode: "folders" })).names, [key]);
        await bucket.delete(key);
      }
      assert.deepEqual((await bucket.list({ prefix: "", mode: "keys" })).names, []);
      const longest = `${"x".repeat(200)}/`.repeat(4) + "y".repeat(100);
      await bucket.put(longest, bytes("long"));
      assert.equal(text(await bucket.get(longest)), "long");
    },
  ],
  [
    "keys that leave the bucket are refused",
    async (bucket) => {
      for (const key of ["", "/a", "a//b", "../a", "a/..", "a/./b", "a\\b", "a\0", "a~", "x".repeat(1025)]) {
        const shown = JSON.stringify(key);
        await assert.rejects(bucket.put(key, bytes("x")), { code: "object_key_invalid" }, shown);
        await assert.rejects(bucket.get(key), { code: "object_key_invalid" }, shown);
        await assert.rejects(bucket.attributes(key), { code: "object_key_invalid" }, shown);
        await assert.rejects(bucket.delete(key), { code: "object_key_invalid" }, shown);
      }
    },
  ],
];

/** 1,000 a page, and then some. */
const manyCount = 1_203;
const writersAtOnce = 24;

const listingCases: readonly BucketCase[] = [
  [
    "listings are sorted as whole keys, by prefix, folded and paged",
    async (bucket) => {
      const stored = ["a-b/x", "a/b-c", "a/b/c", "a/b0", "ab", "b/c/d/e", "b/c/f"];
      for (const key of stored) await bucket.put(key, bytes(key));
      const list = async (prefix: string, mode: "keys" | "folders", limit = 1000): Promise<string[]> => {
        const names: string[] = [];
        let after: string | undefined = "";
        while (after !== undefined) {
          const page: ListPage = await bucket.list({ prefix, mode, after, limit });
          assert.ok(page.names.length <= limit);
          names.push(...page.names);
          after = page.next;
        }
        return names;
      };
      assert.deepEqual(await list("", "keys"), stored);
      assert.deepEqual(await list("", "keys", 2), stored);
      assert.deepEqual(await list("a", "keys", 1), stored.slice(0, 5));
      assert.deepEqual(await list("a/", "folders"), ["a/b-c", "a/b/", "a/b0"]);
      assert.deepEqual(await list("a/", "folders", 1), ["a/b-c", "a/b/", "a/b0"]);
      assert.deepEqual(await list("", "folders"), ["a-b/", "a/", "ab", "b/"]);
      assert.deepEqual(await list("", "folders", 1), ["a-b/", "a/", "ab", "b/"]);
      assert.deepEqual(await list("b/c/", "folders"), ["b/c/d/", "b/c/f"]);
      assert.deepEqual(await list("a/b", "folders"), ["a/b-c", "a/b/", "a/b0"]);
      assert.deepEqual(await list("none/", "keys"), []);
      const page = await bucket.list({ prefix: "a", mode: "keys", after: "a/b/c" });
      assert.deepEqual(page, { names: ["a/b0", "ab"], next: undefined });
    },
  ],
  [
    "a folder goes with its last object",
    async (bucket) => {
      await bucket.put("t/blocks/1/meta", bytes("x"));
      await bucket.put("t/blocks/2/meta", bytes("x"));
      await bucket.delete("t/blocks/1/meta");
      assert.deepEqual((await bucket.list({ prefix: "t/blocks/", mode: "folders" })).names, ["t/blocks/2/"]);
      await bucket.delete("t/blocks/2/meta");
      assert.deepEqual((await bucket.list({ prefix: "", mode: "folders" })).names, []);
      await bucket.put("t/blocks/1/meta", bytes("y"));
    },
  ],
  [
    "more keys than a page holds are all listed, once and in order, as keys and as folders",
    async (bucket) => {
      const keys = Array.from({ length: manyCount }, (_, i) => `many/${String(i).padStart(5, "0")}/meta`);
      const waiting = keys.toReversed();
      const write = async (): Promise<void> => {
        for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await bucket.put(key, bytes("x"));
      };
      await Promise.all(Array.from({ length: writersAtOnce }, write));
      for (const mode of ["keys", "folders"] as const) {
        const first = await bucket.list({ prefix: "many/", mode });
        assert.equal(first.names.length, 1000);
        assert.notEqual(first.next, undefined);
        const names: string[] = [];
        for await (const name of listAll(bucket, { prefix: "many/", mode })) names.push(name);
        assert.deepEqual(names, mode === "keys" ? keys : keys.map((key) => key.replace(/meta$/, "")));
      }
    },
  ],
];
