const sizes = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `12.3 MiB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(sizes.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${sizes[power]}`;
}

/** `2026-05-09 12:15:00` in UTC, with a fraction where there is one. */
export function timeText(nanos: bigint): string {
  const iso = isoTime(nanos);
  return iso.replace("T", " ").slice(0, -1);
}

/** `2026-05-09T12:15:00Z`, with as many digits of the second's fraction as it needs. */
export function isoTime(nanos: bigint): string {
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const whole = new Date(Number((nanos - rest) / 1_000_000n)).toISOString().replace(".000Z", "");
  return rest === 0n ? `${whole}Z` : `${whole}.${String(rest).padStart(9, "0").replace(/0+$/, "")}Z`;
}

const durations = [
  [3_600_000_000_000, "h"],
  [60_000_000_000, "min"],
  [1_000_000_000, "s"],
  [1_000_000, "ms"],
  [1000, "µs"],
] as const;

/** A value for people, by the unit of its profile type: `12.3 s`, `4.56 GiB`, `1,234`. */
export function valueText(value: bigint | number, unit: string): string {
  const number = Number(value);
  if (unit === "bytes") return number < 0 ? `-${bytesText(-number)}` : bytesText(number);
  if (unit !== "nanoseconds") return value.toLocaleString("en-US");
  const [width, name] = durations.find(([least]) => Math.abs(number) >= least) ?? [1, "ns"];
  return `${(number / width).toFixed(width === 1 ? 0 : 2)} ${name}`;
}

/** `12.34 %`. */
export function percentText(part: bigint, whole: bigint): string {
  return whole === 0n ? "-" : `${((Number(part) / Number(whole)) * 100).toFixed(2)} %`;
}
