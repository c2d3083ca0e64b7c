import type { Label } from "@basalt/model";
import { BasaltError } from "@basalt/model";

/** What the parameter `name` of `/ingest` says: `shop{region=eu,version=1.2}`. */
export interface AppName {
  readonly app: string;
  /** In the order given; a name may stand twice, which later validation refuses. */
  readonly labels: readonly Label[];
}

const appPattern = /^[A-Za-z0-9_./-]+$/;
const keyPattern = /^[A-Za-z0-9_.]+$/;

/**
 * Parses `app{key=value,key=value}`. The app name takes `A-Z a-z 0-9 _ . / -`, keys the same without `/` and `-`, values
 * anything but `,` and `}`; all are trimmed. The closing brace may be missing.
 *
 * @throws BasaltError `name_missing` or `name_invalid`.
 */
export function parseAppName(raw: string | undefined): AppName {
  if (raw === undefined || raw.trim() === "") {
    throw new BasaltError("name_missing", "name: the query parameter name is required, such as name=shop{region=eu}");
  }
  const brace = raw.indexOf("{");
  const app = (brace < 0 ? raw : raw.slice(0, brace)).trim();
  if (!appPattern.test(app)) {
    throw new BasaltError("name_invalid", `name: ${quote(app)} must be one or more of A-Z a-z 0-9 _ . / -`);
  }
  return { app, labels: brace < 0 ? [] : parsePairs(raw.slice(brace + 1)) };
}

function parsePairs(text: string): readonly Label[] {
  const end = text.indexOf("}");
  const inner = end < 0 ? text : text.slice(0, end);
  if (inner.trim() === "") return [];
  const parts = inner.split(",");
  // A trailing comma is tolerated, as SDKs join with one.
  if (parts.at(-1)?.trim() === "") parts.pop();
  return parts.map((part) => {
    const equals = part.indexOf("=");
    const name = (equals < 0 ? part : part.slice(0, equals)).trim();
    if (equals < 0 || !keyPattern.test(name)) {
      throw new BasaltError("name_invalid", `name: ${quote(part)} is not key=value with a key of A-Z a-z 0-9 _ .`);
    }
    return { name, value: part.slice(equals + 1).trim() };
  });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
