/** The array, or a copy with room for at least `least` elements, doubled so that appending costs constant time. */
export function grownUint32(array: Uint32Array, least: number): Uint32Array {
  if (least <= array.length) return array;
  const grown = new Uint32Array(Math.max(least, array.length * 2));
  grown.set(array);
  return grown;
}

/** As {@link grownUint32}, for signed numbers. */
export function grownInt32(array: Int32Array, least: number): Int32Array {
  if (least <= array.length) return array;
  const grown = new Int32Array(Math.max(least, array.length * 2));
  grown.set(array);
  return grown;
}

/** As {@link grownUint32}, for bytes. */
export function grownUint8(array: Uint8Array, least: number): Uint8Array {
  if (least <= array.length) return array;
  const grown = new Uint8Array(Math.max(least, array.length * 2));
  grown.set(array);
  return grown;
}

/** As {@link grownUint32}, for unsigned 64-bit numbers. */
export function grownBigUint64(array: BigUint64Array, least: number): BigUint64Array {
  if (least <= array.length) return array;
  const grown = new BigUint64Array(Math.max(least, array.length * 2));
  grown.set(array);
  return grown;
}

/** As {@link grownUint32}, for signed 64-bit numbers. */
export function grownBigInt64(array: BigInt64Array, least: number): BigInt64Array {
  if (least <= array.length) return array;
  const grown = new BigInt64Array(Math.max(least, array.length * 2));
  grown.set(array);
  return grown;
}
