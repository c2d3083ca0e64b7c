import { ByteReader, malformed } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { CallTree, FunctionTable } from "./call-tree.ts";
import { lanesOf, sumValues } from "./int64.ts";
import { type MemoryAccount, noAccount } from "./memory-account.ts";

/** "BCT" and the version of docs/formats/call-tree.md. */
const magic: Uint8Array = Uint8Array.of(0x42, 0x43, 0x54, 1);
const flagFiles = 1;

/**
 * A tree as bytes for another process, thread or cache: docs/formats/call-tree.md. Only the functions that nodes name
 * are written. The result owns its memory, so it can be transferred.
 */
export function encodeTree(tree: CallTree): Uint8Array<ArrayBuffer> {
  const { length, parent, functionIndex } = tree;
  const { used, newIndex } = functionsInUse(tree);
  const writer = new ByteWriter(length * 8 + used.length * 48);
  writer.bytes(magic);
  writer.byte(tree.functions.files === undefined ? 0 : flagFiles);
  writeFunctions(writer, tree.functions, used);
  writer.varint(length);
  for (let node = 1; node < length; node++) writer.varint(node - (parent[node] as number));
  for (let node = 1; node < length; node++) writer.varint(newIndex[functionIndex[node] as number] as number);
  const lanes = lanesOf(tree.self);
  for (let node = 0; node < length; node++) writer.varint64(lanes[2 * node] as number, lanes[2 * node + 1] as number);
  return writer.finish().slice();
}

function functionsInUse(tree: CallTree): { used: number[]; newIndex: Uint32Array } {
  const newIndex = new Uint32Array(tree.functions.names.length);
  const used: number[] = [];
  for (let node = 1; node < tree.length; node++) {
    const index = tree.functionIndex[node] as number;
    if (index !== 0 && newIndex[index] === 0) newIndex[index] = used.push(index);
  }
  return { used, newIndex };
}

function writeFunctions(writer: ByteWriter, functions: FunctionTable, used: readonly number[]): void {
  writer.varint(used.length);
  for (const index of used) writer.textWithLength(functions.names[index] ?? "");
  if (functions.files === undefined) return;
  const fileIndex = new Map<string, number>();
  for (const index of used) {
    const file = functions.files[index] ?? "";
    if (!fileIndex.has(file)) fileIndex.set(file, fileIndex.size);
  }
  writer.varint(fileIndex.size);
  for (const file of fileIndex.keys()) writer.textWithLength(file);
  for (const index of used) writer.varint(fileIndex.get(functions.files[index] ?? "") ?? 0);
}

/**
 * Reads what {@link encodeTree} writes. Siblings of one function, which it never writes, are not looked for.
 *
 * @throws BasaltError `tree_malformed` for other bytes, `value_overflow` if the total passes int64; what the account throws.
 */
export function decodeTree(bytes: Uint8Array, account: MemoryAccount = noAccount): CallTree {
  const reader = new ByteReader(bytes);
  for (const expected of magic)
    if (reader.byte() !== expected) throw malformed("it does not begin with BCT, version 1");
  const flags = reader.byte();
  if (flags > flagFiles) throw malformed(`unknown flags ${flags}`);
  const functions = readFunctions(reader, flags === flagFiles, account);
  // Each node but the root takes three bytes at least; the root takes one.
  const length = reader.varint();
  if (length < 1 || (length - 1) * 3 + 1 > reader.left) throw malformed(`${length} nodes in ${reader.left} bytes`);
  account.columns(length * 16);
  const parent = new Int32Array(length);
  const functionIndex = new Uint32Array(length);
  const self = new BigInt64Array(length);
  parent[0] = -1;
  for (let node = 1; node < length; node++) {
    const distance = reader.varint();
    if (distance < 1 || distance > node) throw malformed(`node ${node} is ${distance} after its parent`);
    parent[node] = node - distance;
  }
  for (let node = 1; node < length; node++) functionIndex[node] = readIndex(reader, functions.names.length);
  const lanes = lanesOf(self);
  for (let node = 0; node < length; node++) {
    lanes[2 * node] = reader.varint64();
    lanes[2 * node + 1] = reader.high;
  }
  reader.end();
  sumValues(self);
  return { length, parent, functionIndex, self, functions };
}

function readFunctions(reader: ByteReader, hasFiles: boolean, account: MemoryAccount): FunctionTable {
  const names = [""];
  readTexts(reader, names, account);
  if (!hasFiles) return { names };
  const fileTexts: string[] = [];
  readTexts(reader, fileTexts, account);
  account.heap(names.length * 8);
  const files = [""];
  for (let i = 1; i < names.length; i++) files.push(fileTexts[readIndex(reader, fileTexts.length)] ?? "");
  return { names, files };
}

/** Adds texts to a list. */
function readTexts(reader: ByteReader, texts: string[], account: MemoryAccount): void {
  const count = reader.count(1);
  for (let i = 0; i < count; i++) {
    const text = reader.text();
    account.heap(textBytes + text.length);
    texts.push(text);
  }
}

/** 32: the head of a text, and its place in a list. */
const textBytes = 32;

function readIndex(reader: ByteReader, count: number): number {
  const index = reader.varint();
  if (index >= count) throw malformed(`index ${index} of ${count}`);
  return index;
}
