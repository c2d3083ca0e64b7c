import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "./crc32c.ts";

test("checksums are those of RFC 3720 and of the catalogue of CRCs", () => {
  const cases: readonly (readonly [Uint8Array, number])[] = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [new TextEncoder().encode("123456789"), 0xe3069283],
    [new Uint8Array(), 0],
  ];
  for (const [bytes, checksum] of cases) assert.equal(crc32c(bytes), checksum);
});
