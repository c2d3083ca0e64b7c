import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** A recorded profile, inflated. */
export interface FixtureProfile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

const root = new URL("../../../../test/fixtures/", import.meta.url);

/** Folders of `test/fixtures` with pprof files. */
export const fixtureFolders = { corpus: "corpus/", formats: "formats/pprof/" } as const;

export function fixturePath(folder: string, file: string): string {
  return fileURLToPath(new URL(folder + file, root));
}

/** All profiles of a folder, by file name. */
export function fixtureProfiles(folder: string): FixtureProfile[] {
  const files = readdirSync(new URL(folder, root)).filter((file) => file.endsWith(".pb.gz"));
  return files.sort().map((file) => ({ file, bytes: gunzipSync(readFileSync(fixturePath(folder, file))) }));
}

/** What `corpus/manifest.json` says of a profile. */
export interface CorpusEntry {
  readonly File: string;
  readonly Kind: string;
  readonly RawBytes: number;
  readonly Samples: number;
  readonly Locations: number;
  readonly Functions: number;
  readonly Strings: number;
  /** `type:unit`. */
  readonly SampleTypes: readonly string[];
  readonly Totals: readonly number[];
  readonly Period: string;
}

export function corpusManifest(): readonly CorpusEntry[] {
  return JSON.parse(readFileSync(fixturePath("corpus/", "manifest.json"), "utf8")).profiles;
}

/** What `formats/pprof/manifest.json` says of a profile; sums are decimal texts. */
export interface FormatsEntry {
  readonly samples: number;
  readonly locations: number;
  readonly functions: number;
  readonly sampleTypes: readonly { readonly type: string; readonly unit: string; readonly total: string }[];
}

export function formatsManifest(): Readonly<Record<string, FormatsEntry>> {
  return JSON.parse(readFileSync(fixturePath("formats/pprof/", "manifest.json"), "utf8")).files;
}
