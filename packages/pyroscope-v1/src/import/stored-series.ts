import {
  BasaltError,
  compareLabels,
  type Fingerprint,
  fingerprint,
  formatProfileType,
  type Label,
  type Labels,
  labelNames,
  labelsKey,
  labelValue,
  type ProfileType,
  parseProfileType,
  profileTypeLabels,
  sortLabels,
} from "@basalt/model";
import type { IndexedSeries } from "../format/tsdb-index.ts";

/** A series as Basalt stores it. */
export interface StoredSeries {
  readonly labels: Labels;
  readonly fingerprint: Fingerprint;
  readonly service: string;
  readonly profileType: string;
}

/** The series of a block in the order of blocks: by service, then labels. */
export interface StoredSeriesList {
  readonly series: readonly StoredSeries[];
  /** Place in the list by the index that rows have. */
  readonly placeOf: ReadonlyMap<number, number>;
}

/** The service of a series that names none. */
const unknownService = "unknown_service";

/** Labels by which the other server steers itself; Basalt does not store them with pushed profiles either. */
const droppedNames: ReadonlySet<string> = new Set([labelNames.delta, "__otel__", "__order__"]);

/**
 * Puts series into the form in which pushed ones are stored. Two that become equal are one.
 *
 * @throws BasaltError `block_corrupt` for a series that names a label twice.
 */
export function storedSeries(indexed: readonly IndexedSeries[]): StoredSeriesList {
  const byKey = new Map<string, { readonly one: StoredSeries; readonly indexes: number[] }>();
  for (const { labels, seriesIndex } of indexed) {
    const one = storedForm(labels);
    const key = labelsKey(one.labels);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { one, indexes: [seriesIndex] });
    else known.indexes.push(seriesIndex);
  }
  const sorted = [...byKey.values()].sort((a, b) => compareSeries(a.one, b.one));
  return {
    series: sorted.map(({ one }) => one),
    placeOf: new Map(sorted.flatMap(({ indexes }, place) => indexes.map((index) => [index, place] as const))),
  };
}

function compareSeries(a: StoredSeries, b: StoredSeries): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return compareLabels(a.labels, b.labels);
}

function storedForm(given: readonly Label[]): StoredSeries {
  try {
    const sorted = sortLabels(given.filter(({ name }) => !droppedNames.has(name)));
    const type = profileTypeOf(sorted);
    const service =
      labelValue(sorted, labelNames.service) ?? labelValue(sorted, labelNames.privateService) ?? unknownService;
    const own: readonly Label[] = [
      ...profileTypeLabels(type),
      { name: labelNames.service, value: service },
      { name: labelNames.privateService, value: service },
    ];
    const replaced = new Set(own.map(({ name }) => name));
    const labels = sortLabels([...sorted.filter(({ name }) => !replaced.has(name)), ...own]);
    return { labels, fingerprint: fingerprint(labels), service, profileType: formatProfileType(type) };
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
    throw new BasaltError("block_corrupt", `series of index.tsdb: ${error.message}`, { cause: error });
  }
}

/** The type as it is written, if it is five parts; else as the labels of its parts have it. */
function profileTypeOf(labels: Labels): ProfileType {
  const whole = labelValue(labels, labelNames.profileType);
  if (whole?.split(":").length === 5) return parseProfileType(whole);
  const part = (name: string): string => labelValue(labels, name) ?? "";
  return {
    name: part(labelNames.name),
    sampleType: part(labelNames.type),
    sampleUnit: part(labelNames.unit),
    periodType: part(labelNames.periodType),
    periodUnit: part(labelNames.periodUnit),
  };
}
