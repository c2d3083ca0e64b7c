/**
 * Told of memory before it is taken, in bytes; a negative number gives some back. It may throw, and nothing is taken
 * then: who calls it is as before.
 */
export interface MemoryAccount {
  /** Of columns: they lie outside the JavaScript heap. */
  readonly columns: (bytes: number) => void;
  /** Of texts, and of what finds them: they lie inside the heap, which a thread must never fill. */
  readonly heap: (bytes: number) => void;
}

/** For who bounds memory otherwise. */
export const noAccount: MemoryAccount = { columns: () => undefined, heap: () => undefined };

/**
 * 112: the head of a text, 20; its entry in a map while the map doubles, 56; its place in the list of names while that
 * grows, and in the list of the names in use, 36.
 */
const functionBytes = 112;

/** Heap that a function takes in a table that finds it by name. A character takes two bytes if any is beyond Latin-1. */
export function functionHeapBytes(name: string, file = ""): number {
  return functionBytes + name.length + file.length;
}
