/**
 * Fails loudly when the program, not the world, is wrong. Stays on in production.
 *
 * @throws Error with the message when the condition does not hold.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/**
 * Narrows a value that an invariant guarantees, such as an array element below the length.
 *
 * @throws Error when the value is undefined after all.
 */
export function defined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`assertion failed: ${what} is undefined`);
  return value;
}
