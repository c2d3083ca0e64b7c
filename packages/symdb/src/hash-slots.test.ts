import assert from "node:assert/strict";
import { test } from "node:test";
import { BasaltError } from "@basalt/model";
import { HashSlots } from "./hash-slots.ts";
import { InternedStrings } from "./interned-strings.ts";

/** Adds the next entry as tables do, when none equals. */
function addNew(slots: HashSlots, hash: number): void {
  const first = slots.slotOf(hash);
  let slot = first;
  while (slots.entryAt(slot) >= 0) slot = slots.next(slot, first);
  slots.add(hash, slot);
}

test("entries are found by their hash after any growth", () => {
  const slots = new HashSlots(8);
  for (let entry = 0; entry < 5000; entry++) addNew(slots, Math.imul(entry, 0x9e3779b1));
  for (let entry = 0; entry < 5000; entry++) {
    const hash = Math.imul(entry, 0x9e3779b1);
    const first = slots.slotOf(hash);
    let slot = first;
    while (slots.hashAt(slot) !== hash || slots.entryAt(slot) !== entry) slot = slots.next(slot, first);
  }
});

test("entries that share a hash are refused before they cost much", () => {
  const slots = new HashSlots();
  assert.throws(
    () => {
      for (let entry = 0; entry < 5000; entry++) addNew(slots, 77);
    },
    (thrown) => thrown instanceof BasaltError && thrown.code === "profile_malformed",
  );
});

test("strings whose words undo each other's changes do not share a hash", () => {
  for (const seed of [0, 1, 0x5eed, 0xffffffff]) {
    const strings = new InternedStrings(seed);
    // In each of eleven blocks the top bit of one word of a lane may change, and with it what that makes of the next.
    for (let choice = 0; choice < 2048; choice++) {
      const view = new DataView(new ArrayBuffer(11 * 16 + 4));
      for (let block = 0; block < 11; block++) {
        if (((choice >> block) & 1) === 0) continue;
        view.setUint32(block * 16, 0x80000000, true);
        view.setUint32(block * 16 + 8, 0x80010000, true);
      }
      strings.intern(view, 0, view.byteLength);
    }
    assert.equal(strings.count, 2049);
  }
});

test("strings of every length are told apart by each of their bytes", () => {
  const strings = new InternedStrings(9);
  const numbers = new Map<string, number>();
  for (let length = 0; length < 40; length++) {
    for (let changed = -1; changed < length; changed++) {
      const bytes = new Uint8Array(length + 6).fill(0x61);
      if (changed >= 0) bytes[3 + changed] = 0x62;
      const view = new DataView(bytes.buffer);
      const number = strings.intern(view, 3, length);
      const text = new TextDecoder().decode(bytes.subarray(3, 3 + length));
      assert.equal(numbers.get(text) ?? number, number, text);
      assert.equal(strings.intern(view, 3, length), number);
      numbers.set(text, number);
    }
  }
  assert.equal(new Set(numbers.values()).size, numbers.size);
});
