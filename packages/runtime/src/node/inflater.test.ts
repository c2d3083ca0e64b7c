import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Inflater } from "./inflater.ts";

const text = Buffer.from("basalt ".repeat(10_000));
const large = Buffer.alloc(3_000_000, "abc");

test("bodies of all sizes, one after the other, whatever the hint", () => {
  const inflater = new Inflater();
  for (const body of [text, large, Buffer.alloc(0), text, large]) {
    for (const hint of [64, body.length, body.length + 64, 1 << 20]) {
      assert.deepEqual(Buffer.from(inflater.inflate(gzipSync(body), 1 << 24, hint)), body);
    }
  }
});

test("members in a row are one body", () => {
  const inflater = new Inflater();
  const twice = Buffer.concat([gzipSync(text), gzipSync(text)]);
  assert.deepEqual(Buffer.from(inflater.inflate(twice, 1 << 24, 64)), Buffer.concat([text, text]));
});

test("the limit holds to the byte, and the engine goes on", () => {
  const inflater = new Inflater();
  assert.equal(inflater.inflate(gzipSync(large), large.length, 64).length, large.length);
  assert.throws(() => inflater.inflate(gzipSync(large), large.length - 1, 64), RangeError);
  assert.throws(() => inflater.inflate(gzipSync(Buffer.alloc(1 << 26)), 1 << 20, 1 << 20), RangeError);
  assert.deepEqual(Buffer.from(inflater.inflate(gzipSync(text), 1 << 24, 64)), text);
});

test("damage is an error and leaves nothing behind", () => {
  const inflater = new Inflater();
  const whole = gzipSync(text);
  const flipped = Uint8Array.from(whole, (byte, i) => (i === 20 ? byte ^ 0xff : byte));
  for (const damaged of [whole.subarray(0, -3), whole.subarray(0, 30), flipped, Buffer.from("no gzip at all, this")]) {
    assert.throws(() => inflater.inflate(damaged, 1 << 24, 1 << 17));
    assert.deepEqual(Buffer.from(inflater.inflate(whole, 1 << 24, 64)), text);
  }
});
