import type { ProfileColumns } from "@basalt/model";

/** Spies of other languages than Go, as SDKs and agents name themselves in `spyName` or the label `pyroscope_spy`. */
const otherSpies: ReadonlySet<string> = new Set([
  "dotnetspy",
  "javaspy",
  "nodespy",
  "phpspy",
  "pyspy",
  "rbspy",
  "pyroscope-rs",
  "scripting",
]);

/** A Go profile names a `.go` file early: its functions are Go's but for a few in assembly. */
const functionsLookedAt = 64;

/** Whether a Go program wrote the profile, by the name of its spy, else by the suffix of its source files. */
export function isGoProfile(columns: ProfileColumns, spyName: string): boolean {
  if (spyName === "gospy") return true;
  if (otherSpies.has(spyName)) return false;
  const count = Math.min(columns.functionCount, functionsLookedAt);
  for (let i = 0; i < count; i++) if (endsWithGo(columns, columns.functionFilename[i] ?? 0)) return true;
  return false;
}

function endsWithGo(columns: ProfileColumns, string: number): boolean {
  const end = (columns.stringStart[string] ?? 0) + (columns.stringLength[string] ?? 0);
  const bytes = columns.stringBytes;
  const isLongEnough = (columns.stringLength[string] ?? 0) >= 3;
  return isLongEnough && bytes[end - 3] === 0x2e && bytes[end - 2] === 0x67 && bytes[end - 1] === 0x6f;
}
