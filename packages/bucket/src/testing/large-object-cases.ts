import assert from "node:assert/strict";
import type { BucketCase } from "./bucket-conformance.ts";

/** More than two parts of S3's least size, with a rest. */
const largeBytes = 12 * 2 ** 20 + 12_345;
const partBytes = 5 * 2 ** 20;

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** Of objects that are written piece by piece. */
export const largeObjectCases: readonly BucketCase[] = [
  [
    "a streamed object appears at its end",
    async (bucket) => {
      const writer = await bucket.create("s/big");
      await writer.append(bytes("one "));
      await writer.append(bytes("two"));
      assert.equal(await bucket.attributes("s/big"), undefined);
      assert.deepEqual((await bucket.list({ prefix: "", mode: "keys" })).names, []);
      await writer.finish();
      await writer.abort();
      assert.equal(text(await bucket.get("s/big")), "one two");
      const given = await bucket.create("s/given-up");
      await given.append(bytes("x"));
      await given.abort();
      assert.deepEqual((await bucket.list({ prefix: "s/", mode: "keys" })).names, ["s/big"]);
      const empty = await bucket.create("s/empty");
      await empty.finish();
      assert.equal((await bucket.get("s/empty")).length, 0);
    },
  ],
  [
    "an object of many parts is what was appended, in its ranges, too",
    async (bucket) => {
      const content = patterned(largeBytes);
      const writer = await bucket.create("large");
      const chunk = new Uint8Array(1_000_003);
      for (let at = 0; at < content.length; at += chunk.length) {
        // What was appended is the caller's again.
        const rest = content.subarray(at, at + chunk.length);
        chunk.set(rest);
        await writer.append(chunk.subarray(0, rest.length));
        chunk.fill(0);
      }
      assert.equal(await bucket.attributes("large"), undefined);
      await writer.finish();
      assert.equal((await bucket.attributes("large"))?.bytes, largeBytes);
      assert.equal(Buffer.compare(await bucket.get("large"), content), 0);
      for (const offset of [0, partBytes - 100, partBytes, 2 * partBytes - 1, largeBytes - 200]) {
        const range = await bucket.getRange("large", { offset, length: 200 });
        assert.equal(Buffer.compare(range, content.subarray(offset, offset + 200)), 0, `at ${offset}`);
      }
      const beyond = { offset: largeBytes - 100, length: 200 };
      await assert.rejects(bucket.getRange("large", beyond), { code: "range_beyond_object" });
    },
  ],
  [
    "a large object that is given up leaves nothing, and another may follow",
    async (bucket) => {
      const writer = await bucket.create("large");
      await writer.append(patterned(partBytes + 1));
      await writer.append(patterned(partBytes + 1));
      await writer.abort();
      await writer.abort();
      assert.equal(await bucket.attributes("large"), undefined);
      assert.deepEqual((await bucket.list({ prefix: "", mode: "folders" })).names, []);
      const second = await bucket.create("large");
      await second.append(patterned(2 * partBytes));
      await second.finish();
      assert.equal(Buffer.compare(await bucket.get("large"), patterned(2 * partBytes)), 0);
    },
  ],
];

/** Bytes of which no two stretches are equal, as far as a range is concerned. */
function patterned(length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 2_654_435_761);
  return new Uint8Array(words.buffer, 0, length);
}
