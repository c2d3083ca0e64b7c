import { BasaltError } from "./error.ts";
import type { UnixNano } from "./time.ts";

const second = 1_000_000_000n;
/** Offset units of `now-1h`; months and years are 30 and 365 days, as Pyroscope reads them. */
const unitNanos: ReadonlyMap<string, bigint> = new Map([
  ["s", second],
  ["sec", second],
  ["second", second],
  ["seconds", second],
  ["min", 60n * second],
  ["mins", 60n * second],
  ["minute", 60n * second],
  ["minutes", 60n * second],
  ["m", 60n * second],
  ["h", 3600n * second],
  ["hour", 3600n * second],
  ["hours", 3600n * second],
  ["d", 86_400n * second],
  ["day", 86_400n * second],
  ["days", 86_400n * second],
  ["w", 604_800n * second],
  ["week", 604_800n * second],
  ["weeks", 604_800n * second],
  ["mon", 2_592_000n * second],
  ["month", 2_592_000n * second],
  ["months", 2_592_000n * second],
  ["M", 2_592_000n * second],
  ["y", 31_536_000n * second],
  ["year", 31_536_000n * second],
  ["years", 31_536_000n * second],
]);

/** 2^63 - 1: the last instant that int64 nanoseconds hold. */
const timeMax = 9_223_372_036_854_775_807n;

/**
 * Reads the times of `/ingest` and `/pyroscope/render`: `now`, `now-1h30m`, unix seconds, or by their number of digits
 * milliseconds (13), microseconds (16), nanoseconds (19) and `YYYYMMDD` (8, if it is a date).
 *
 * @throws BasaltError `time_invalid`.
 */
export function parseTime(text: string, now: UnixNano): UnixNano {
  const compact = text.replaceAll(/[_, ]/g, "");
  if (/^\d+$/.test(compact)) return parseNumber(compact, text);
  const sign = compact.search(/[+-]/);
  if (sign < 0) {
    if (compact === "now" || compact === "") return now;
    return invalid(text);
  }
  return now + parseOffset(compact.slice(sign), text);
}

function parseNumber(digits: string, text: string): UnixNano {
  if (digits.length > 19) return invalid(text);
  const date = digits.length === 8 ? parseDate(digits) : undefined;
  if (date !== undefined) return date;
  const scale = digits.length === 13 ? 1_000_000n : digits.length === 16 ? 1000n : digits.length === 19 ? 1n : second;
  const time = BigInt(digits) * scale;
  return time > timeMax ? invalid(text) : time;
}

function parseDate(digits: string): UnixNano | undefined {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00.000Z`;
  const ms = Date.parse(iso);
  // A day such as 20230231 rolls over or is refused: either way it is no date.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== iso) return undefined;
  return BigInt(ms) * 1_000_000n;
}

function parseOffset(offset: string, text: string): bigint {
  const pattern = /([+-]?)(\d{1,9})([A-Za-z]+)/y;
  let sum = 0n;
  let direction = 1n;
  while (pattern.lastIndex < offset.length) {
    const part = pattern.exec(offset);
    const unit = unitNanos.get(part?.[3] ?? "");
    if (part === null || unit === undefined) return invalid(text);
    if (part[1] === "-") direction = -1n;
    if (part[1] === "+") direction = 1n;
    sum += direction * BigInt(part[2] ?? "0") * unit;
  }
  return sum;
}

function invalid(text: string): never {
  throw new BasaltError(
    "time_invalid",
    `time ${JSON.stringify(text.slice(0, 60))} is neither a number nor like now-1h`,
  );
}
