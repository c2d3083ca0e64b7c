import { BasaltError, nanosPerMilli, parseProfileType, parseTime } from "@basalt/model";
import { type AnySetting, type Clock, type Config, type Setting, setting } from "@basalt/runtime";

export const selectorSetting: Setting<string> = setting({
  path: "query",
  flag: "query",
  type: "string",
  default: "{}",
  category: "basic",
  description: 'Which series, by their labels: {service_name="shop",pod=~"shop-.*"}.',
});

export const typeSetting: Setting<string> = setting({
  path: "type",
  flag: "type",
  type: "string",
  default: "",
  category: "basic",
  description: "Profile type, such as process_cpu:cpu:nanoseconds:cpu:nanoseconds; empty = all that the block holds.",
});

/** The type of questions to a server, which are about one. */
export const oneTypeSetting: Setting<string> = setting({
  path: "type",
  flag: "type",
  type: "string",
  default: "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
  category: "basic",
  description: "Profile type; basaltctl query types lists those that there are.",
});

const fromSetting: Setting<string> = setting({
  path: "from",
  flag: "from",
  type: "string",
  default: "now-1h",
  category: "basic",
  description: "First time: now-1h30m, YYYYMMDD, unix seconds, milliseconds or nanoseconds.",
});

const untilSetting: Setting<string> = setting({
  path: "until",
  flag: "until",
  type: "string",
  default: "now",
  category: "basic",
  description: "Last time.",
});

export const limitSetting: Setting<number> = setting({
  path: "limit",
  flag: "limit",
  type: "int",
  default: 0,
  min: 0,
  category: "basic",
  description: "Profiles to print at the most; 0 = all.",
});

export const rangeSettings: readonly AnySetting[] = [fromSetting, untilSetting];

/** What a question to a server selects. */
export const selectionSettings: readonly AnySetting[] = [oneTypeSetting, selectorSetting, ...rangeSettings];

/** A range in unix milliseconds, both ends included. */
export interface AskedRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Reads the flags of a range. @throws BasaltError `time_invalid`, `range_reversed`. */
export function askedRange(config: Config, clock: Clock): AskedRange {
  const now = BigInt(clock.nowMs()) * nanosPerMilli;
  const start = parseTime(config.get(fromSetting), now) / nanosPerMilli;
  const end = parseTime(config.get(untilSetting), now) / nanosPerMilli;
  if (start > end) throw new BasaltError("range_reversed", `-from is after -until: ${start} > ${end} ms`);
  return { start, end };
}

/** What merges select, in the words of `querier.v1`. @throws BasaltError `profile_type_malformed` and as {@link askedRange}. */
export function askedSelection(
  config: Config,
  clock: Clock,
): AskedRange & { readonly profileTypeID: string; readonly labelSelector: string } {
  const profileTypeID = config.get(oneTypeSetting);
  parseProfileType(profileTypeID);
  return { profileTypeID, labelSelector: config.get(selectorSetting), ...askedRange(config, clock) };
}
