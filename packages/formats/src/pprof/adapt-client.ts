import { type ProfileColumns, stringAt } from "@basalt/model";
import type { SampleTypeConfig } from "./sample-type-config.ts";
import { StringAppender } from "./string-appender.ts";

/** Who pushed a profile to /ingest, and how it described the sample types. */
export interface IngestClient {
  /** Query parameter `spyName`. */
  readonly spyName: string;
  readonly sampleTypeConfig: SampleTypeConfig;
}

const scriptSpies: ReadonlySet<string> = new Set(["pyspy", "rbspy", "scripting"]);

/**
 * What /ingest changes for some clients, as Pyroscope does: `-` in sample types of the .NET profiler becomes `_`, and functions
 * of script languages are named `<file> <name>` (for pyspy unless the file is an absolute path). Any other profile is given
 * back as it is.
 *
 * @throws BasaltError `profile_too_large` when the joined names pass their bound.
 */
export function adaptToClient(columns: ProfileColumns, client: IngestClient): ProfileColumns {
  if (scriptSpies.has(client.spyName)) return joinFilesAndNames(columns, client.spyName === "pyspy");
  if (isDotnet(client)) return renameSampleTypes(columns);
  return columns;
}

function isDotnet({ spyName, sampleTypeConfig }: IngestClient): boolean {
  if (spyName === "dotnetspy") return true;
  return (spyName === "" || spyName === "unknown") && sampleTypeConfig.has("inuse-space");
}

function renameSampleTypes(columns: ProfileColumns): ProfileColumns {
  const sampleTypeName = columns.sampleTypeName.slice(0, columns.sampleTypeCount);
  let strings: StringAppender | undefined;
  for (const [i, index] of sampleTypeName.entries()) {
    const name = stringAt(columns, index);
    if (!name.includes("-")) continue;
    strings ??= new StringAppender(columns);
    sampleTypeName[i] = strings.addText(name.replaceAll("-", "_"));
  }
  return strings === undefined ? columns : { ...columns, ...strings.finish(), sampleTypeName };
}

function joinFilesAndNames(columns: ProfileColumns, keepAbsolute: boolean): ProfileColumns {
  const strings = new StringAppender(columns);
  const functionName = columns.functionName.slice(0, columns.functionCount);
  const joined = new Map<number, number>();
  for (const [i, name] of functionName.entries()) {
    const file = columns.functionFilename[i] ?? 0;
    const fileBytes = strings.bytesOf(file);
    if (fileBytes.length === 0 || (keepAbsolute && fileBytes[0] === slash)) continue;
    // Both indexes are below 2^22: see PprofLimits.
    const pair = file * 2 ** 26 + name;
    const index = joined.get(pair) ?? strings.add(fileBytes, space, strings.bytesOf(name));
    joined.set(pair, index);
    functionName[i] = index;
  }
  return joined.size === 0 ? columns : { ...columns, ...strings.finish(), functionName };
}

const slash = 0x2f;
const space: Uint8Array = Uint8Array.of(0x20);
