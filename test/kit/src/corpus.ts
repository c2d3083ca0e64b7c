import { readFileSync } from "node:fs";
import { join } from "node:path";
import { constants, crc32, deflateRawSync, gunzipSync } from "node:zlib";
import { type SampleRecord, splitProfile } from "./pprof-rewrite.ts";
import { Redraw } from "./redraw.ts";

/** One profile of the corpus, taken apart so that a push with its own time and values costs little. */
export interface CorpusProfile {
  readonly file: string;
  readonly family: string;
  readonly kind: string;
  /** 0, 1 or 2. */
  readonly window: number;
  /** `type:unit` of each value. */
  readonly sampleTypes: readonly string[];
  /** Sum of each value over all samples; from an outside oracle. */
  readonly totals: readonly bigint[];
  readonly rawBytes: number;
  /** Samples of the pprof as varint columns. */
  readonly samples: readonly SampleRecord[];
  /** Everything but samples and time, and everything but time, deflated and flushed to a byte border. */
  readonly withoutSamples: DeflatedPrefix;
  readonly withSamples: DeflatedPrefix;
}

/** The start of a gzip stream that later parts can follow. */
interface DeflatedPrefix {
  readonly deflated: Buffer;
  readonly crc: number;
  readonly rawLength: number;
}

/** A body to push: gzip bytes and the sum of each sample type in it. */
export interface PushBody {
  readonly gzip: Buffer;
  readonly totals: readonly bigint[];
}

interface ManifestRow {
  readonly File: string;
  readonly Family: string;
  readonly Kind: string;
  readonly RawBytes: number;
  readonly SampleTypes: readonly string[];
  readonly Totals: readonly number[];
}

/** Reads the corpus folder and its manifest. */
export function readCorpus(folder: string): readonly CorpusProfile[] {
  const manifest: { profiles: readonly ManifestRow[] } = JSON.parse(
    readFileSync(join(folder, "manifest.json"), "utf8"),
  );
  return manifest.profiles.map((row) => {
    const raw = gunzipSync(readFileSync(join(folder, row.File)));
    const { samples, others, withoutTime } = splitProfile(raw);
    return {
      file: row.File,
      family: row.Family,
      kind: row.Kind,
      window: Number(/-(\d)\.pb\.gz$/.exec(row.File)?.[1] ?? "0"),
      sampleTypes: row.SampleTypes,
      totals: row.Totals.map(BigInt),
      rawBytes: row.RawBytes,
      samples,
      withoutSamples: deflatePrefix(others),
      withSamples: deflatePrefix(withoutTime),
    };
  });
}

/** The profile as it is, at a time. */
export function rotatingBody(profile: CorpusProfile, timeNanos: bigint): PushBody {
  const tail = timeField(timeNanos);
  return { gzip: finish(profile.withSamples, storedBlock(tail), tail), totals: profile.totals };
}

/** The profile with redrawn values, at a time; equal for equal seeds. */
export function resampledBody(profile: CorpusProfile, timeNanos: bigint, seed: number): PushBody {
  const { bytes, totals } = new Redraw(profile, seed).encode();
  const tail = Buffer.concat([bytes, timeField(timeNanos)]);
  return { gzip: finish(profile.withoutSamples, deflateRawSync(tail, { level: 1 }), tail), totals };
}

function deflatePrefix(raw: Uint8Array): DeflatedPrefix {
  // A sync flush ends on a byte border without the final bit, so another block can follow.
  const deflated = deflateRawSync(raw, { level: 6, finishFlush: constants.Z_SYNC_FLUSH });
  return { deflated, crc: crc32(raw), rawLength: raw.length };
}

function finish(prefix: DeflatedPrefix, finalBlocks: Uint8Array, tailRaw: Uint8Array): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(tailRaw, prefix.crc), 0);
  trailer.writeUInt32LE(prefix.rawLength + tailRaw.length, 4);
  return Buffer.concat([gzipHeader, prefix.deflated, finalBlocks, trailer]);
}

const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** A final stored block. Source: RFC 1951 §3.2.4. */
function storedBlock(raw: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeUInt16LE(raw.length, 1);
  head.writeUInt16LE(~raw.length & 0xffff, 3);
  return Buffer.concat([head, raw]);
}

/** Field 9 of pprof's Profile. */
function timeField(timeNanos: bigint): Buffer {
  const bytes = [9 << 3];
  let rest = timeNanos;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
