import { BasaltError } from "@basalt/model";

/** A bare number of 16 digits or more may be beyond 2^53; text without one takes the fast way. */
const longNumber = /[:[,]\s*-?\d{16}/;
const integer = /^-?\d+$/;

/**
 * Parses JSON; an integer that a double cannot hold comes back as a bigint, so that 64-bit ids stay exact.
 *
 * @throws BasaltError `request_malformed`.
 */
export function parseExactJson(text: string): unknown {
  try {
    return longNumber.test(text) ? JSON.parse(text, reviveExact) : JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BasaltError("request_malformed", `body is not JSON: ${reason.slice(0, 200)}`);
  }
}

function reviveExact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return integer.test(source) ? BigInt(source) : value;
}
