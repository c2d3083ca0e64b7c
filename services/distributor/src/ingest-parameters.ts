import { parseTime, type UnixNano } from "@basalt/model";
import { type AppName, parseAppName } from "./app-name.ts";

/** The query of `POST /ingest`, checked. Plain data: it crosses to a worker. */
export interface IngestParameters {
  readonly name: AppName;
  readonly from: UnixNano;
  readonly until: UnixNano;
  /** Whether `from` was given; without it the server's clock stands in and enters the row's identity. */
  readonly hasFrom: boolean;
  /** The times as received: part of the identity of a row. */
  readonly timeText: string;
  readonly sampleRate: number;
  readonly spyName: string;
  readonly format: string;
}

const sampleRateDefault = 100;
/** What pprof and JFR rates can mean; beyond it the default stands, as for every other nonsense. */
const sampleRateMax = 1_000_000_000;

/**
 * Reads the query of `/ingest` as Pyroscope does: `name` is required, `from` and `until` default to now, an unreadable
 * `sampleRate` to 100.
 *
 * @throws BasaltError `name_missing`, `name_invalid` or `time_invalid`.
 */
export function readIngestParameters(query: URLSearchParams, now: UnixNano): IngestParameters {
  const fromText = query.get("from") ?? "";
  const untilText = query.get("until") ?? "";
  return {
    name: parseAppName(query.get("name") ?? undefined),
    from: parseTime(fromText, now),
    until: parseTime(untilText, now),
    hasFrom: fromText !== "",
    timeText: `${fromText}\xff${untilText}`,
    sampleRate: readSampleRate(query.get("sampleRate")),
    spyName: query.get("spyName") ?? "unknown",
    format: query.get("format") ?? "",
  };
}

function readSampleRate(text: string | null): number {
  if (text === null || !/^\d{1,10}$/.test(text)) return sampleRateDefault;
  const rate = Number(text);
  return rate <= sampleRateMax ? rate : sampleRateDefault;
}
