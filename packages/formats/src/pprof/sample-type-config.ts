import { BasaltError } from "@basalt/model";

/** How a client wants one sample type to be shown and taken. */
export interface SampleTypeSettings {
  readonly displayName: string;
  readonly units: string;
}

/** By sample type, as in the part `sample_type_config` of /ingest. */
export type SampleTypeConfig = ReadonlyMap<string, SampleTypeSettings>;

/** What Pyroscope assumes where a client sends no configuration. */
export const defaultSampleTypeConfig: SampleTypeConfig = new Map(
  Object.entries({
    samples: { displayName: "cpu", units: "samples" },
    goroutine: { displayName: "goroutines", units: "goroutines" },
    contentions: { displayName: "mutex_count", units: "lock_samples" },
    delay: { displayName: "mutex_duration", units: "lock_nanoseconds" },
  }),
);

/** 16 KiB: clients send a few hundred bytes. */
const configBytesMax = 1 << 14;

/**
 * Reads `sample_type_config`: a JSON object from sample types to objects with the optional texts `display-name` and `units`;
 * other members are passed over. Empty or `{}` gives {@link defaultSampleTypeConfig}.
 *
 * @throws BasaltError `request_malformed`.
 */
export function parseSampleTypeConfig(bytes: Uint8Array): SampleTypeConfig {
  if (bytes.length > configBytesMax) throw malformed(`${bytes.length} bytes are over ${configBytesMax}`);
  const text = new TextDecoder().decode(bytes).trim();
  if (text === "") return defaultSampleTypeConfig;
  const entries = Object.entries(objectOf(parseJson(text), "it"));
  if (entries.length === 0) return defaultSampleTypeConfig;
  return new Map(entries.map(([type, settings]) => [type, settingsOf(objectOf(settings, JSON.stringify(type)))]));
}

function settingsOf(settings: Readonly<Record<string, unknown>>): SampleTypeSettings {
  return { displayName: textOf(settings, "display-name"), units: textOf(settings, "units") };
}

function textOf(settings: Readonly<Record<string, unknown>>, member: string): string {
  const text = Object.hasOwn(settings, member) ? settings[member] : undefined;
  if (text === undefined || text === null) return "";
  if (typeof text !== "string") throw malformed(`${JSON.stringify(member)} is no text`);
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(`${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

function malformed(reason: string): BasaltError {
  return new BasaltError("request_malformed", `sample_type_config: ${reason.slice(0, 200)}`);
}
