import { BasaltError } from "./error.ts";
import { hash64 } from "./hash.ts";
import type { Fingerprint } from "./ids.ts";

/** One label. */
export interface Label {
  readonly name: string;
  readonly value: string;
}

/** A label set: sorted by name (UTF-16 code units), names unique, no empty name. */
export type Labels = readonly Label[];

/** Names of the labels that Basalt itself puts on every stored series, as Pyroscope does. */
export const labelNames = {
  name: "__name__",
  profileType: "__profile_type__",
  service: "service_name",
  privateService: "__service_name__",
  type: "__type__",
  unit: "__unit__",
  periodType: "__period_type__",
  periodUnit: "__period_unit__",
  delta: "__delta__",
  session: "__session_id__",
  spy: "pyroscope_spy",
} as const;

/**
 * Sorts labels and refuses duplicate names.
 *
 * @throws BasaltError `labels_duplicate`.
 */
export function sortLabels(labels: Iterable<Label>): Labels {
  const sorted = [...labels].sort(byName);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i]?.name === sorted[i - 1]?.name) {
      throw new BasaltError("labels_duplicate", `label name ${JSON.stringify(sorted[i]?.name)} is given twice`);
    }
  }
  return sorted;
}

function byName(a: Label, b: Label): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Labels from a plain object, sorted. */
export function labelsFrom(record: Readonly<Record<string, string>>): Labels {
  return sortLabels(Object.entries(record).map(([name, value]) => ({ name, value })));
}

/** The value of a label; undefined if the set lacks it. */
export function labelValue(labels: Labels, name: string): string | undefined {
  for (const label of labels) if (label.name === name) return label.value;
  return undefined;
}

/** Orders label sets by name and value, pair by pair; a prefix comes first. */
export function compareLabels(a: Labels, b: Labels): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const x = a[i];
    const y = b[i];
    if (x === undefined || y === undefined) break;
    if (x.name !== y.name) return x.name < y.name ? -1 : 1;
    if (x.value !== y.value) return x.value < y.value ? -1 : 1;
  }
  return a.length - b.length;
}

/** A text that is equal for equal label sets and for no others: a map key. */
export function labelsKey(labels: Labels): string {
  let key = "";
  for (const { name, value } of labels) key += `${name}\xff${value}\xfe`;
  return key;
}

const utf8 = new TextEncoder();

/** The fingerprint of a sorted label set. */
export function fingerprint(labels: Labels): Fingerprint {
  return hash64(utf8.encode(labelsKey(labels))) as Fingerprint;
}
