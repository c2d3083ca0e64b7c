import type { Labels, Matcher } from "@basalt/model";
import type { SourceSeries } from "@basalt/store";

/** 4: the largest regular expression takes 100 ms a value of 2 KiB, the usual one a fraction of a microsecond, as a pause does. */
const valuesBetweenPauses = 4;

/** One label over all series of a source: the distinct values, and which one each series has. */
class LabelColumn {
  /** Value 0 is the empty string: the series lacks the label. */
  readonly values: string[] = [""];
  private readonly idOfValue = new Map<string, number>([["", 0]]);
  private idBySeries = new Uint32Array(16);

  /** Id of a series' value. */
  at(seriesIndex: number): number {
    return this.idBySeries[seriesIndex] ?? 0;
  }

  valueOf(seriesIndex: number): string {
    return this.values[this.at(seriesIndex)] ?? "";
  }

  set(seriesIndex: number, value: string): void {
    let id = this.idOfValue.get(value);
    if (id === undefined) {
      id = this.values.length;
      this.values.push(value);
      this.idOfValue.set(value, id);
    }
    if (seriesIndex >= this.idBySeries.length) this.grow(seriesIndex);
    this.idBySeries[seriesIndex] = id;
  }

  private grow(seriesIndex: number): void {
    const grown = new Uint32Array(Math.max(seriesIndex + 1, this.idBySeries.length * 2));
    grown.set(this.idBySeries);
    this.idBySeries = grown;
  }
}

/**
 * The labels of a source's series by name: a matcher is asked once per distinct value, not once per series, and series
 * are grouped by comparing small integers. It follows a list that grows, as a head's does.
 */
export class LabelIndex {
  readonly series: readonly SourceSeries[];
  private readonly columns = new Map<string, LabelColumn>();
  private indexedCount = 0;

  constructor(series: readonly SourceSeries[]) {
    this.series = series;
  }

  /** Takes in the series that the list got since the last call. */
  refresh(): void {
    for (; this.indexedCount < this.series.length; this.indexedCount++) {
      for (const { name, value } of this.labelsOf(this.indexedCount)) {
        let column = this.columns.get(name);
        if (column === undefined) this.columns.set(name, (column = new LabelColumn()));
        column.set(this.indexedCount, value);
      }
    }
  }

  labelsOf(seriesIndex: number): Labels {
    return this.series[seriesIndex]?.labels ?? [];
  }

  /** Every label name of any series. */
  names(): Iterable<string> {
    return this.columns.keys();
  }

  /** 1 where a series meets all matchers of one of the alternatives; no alternatives select every series. `pause` may throw. */
  async select(alternatives: readonly (readonly Matcher[])[], pause: () => Promise<void>): Promise<Uint8Array> {
    const selected = new Uint8Array(this.series.length);
    if (alternatives.length === 0) return selected.fill(1);
    for (const matchers of alternatives) {
      const met = new Uint8Array(this.series.length).fill(1);
      for (const condition of matchers) await this.narrow(met, condition, pause);
      for (let i = 0; i < met.length; i++) if (met[i] === 1) selected[i] = 1;
    }
    return selected;
  }

  /** Clears those bits whose series do not meet the condition. */
  private async narrow(met: Uint8Array, condition: Matcher, pause: () => Promise<void>): Promise<void> {
    const column = this.columns.get(condition.name);
    if (column === undefined) {
      if (!condition.matches("")) met.fill(0);
      return;
    }
    // The list may grow meanwhile; the series that are asked about have values of now.
    const meets = new Uint8Array(column.values.length);
    const isPlain = condition.operator === "=" || condition.operator === "!=";
    for (let id = 0; id < meets.length; id++) {
      if (!isPlain && id % valuesBetweenPauses === 0) await pause();
      if (condition.matches(column.values[id] ?? "")) meets[id] = 1;
    }
    for (let i = 0; i < met.length; i++) if (meets[column.at(i)] === 0) met[i] = 0;
  }

  /** Distinct values of a label among the selected series; without the empty one. */
  valuesOf(name: string, selected: Uint8Array): string[] {
    const column = this.columns.get(name);
    if (column === undefined) return [];
    const seen = new Uint8Array(column.values.length);
    for (let i = 0; i < selected.length; i++) if (selected[i] === 1) seen[column.at(i)] = 1;
    return column.values.filter((_, id) => id > 0 && seen[id] === 1);
  }

  /** Distinct label names among the selected series. */
  namesOf(selected: Uint8Array): string[] {
    const found: string[] = [];
    for (const [name, column] of this.columns) {
      for (let i = 0; i < selected.length; i++) {
        if (selected[i] !== 1 || column.at(i) === 0) continue;
        found.push(name);
        break;
      }
    }
    return found;
  }

  /**
   * Groups the selected series by their values of some labels. `groupOf[i]` is the group of series i (0 if it is not
   * selected); the groups' label sets are in the order of the names, without labels that are absent.
   */
  group(names: readonly string[], selected: Uint8Array): { groupOf: Uint32Array; groups: Labels[] } {
    const groupOf = new Uint32Array(this.series.length);
    // All in one group, then told apart by one label after the other.
    let firsts = firstOf(selected);
    for (const name of names) {
      const column = this.columns.get(name);
      if (column !== undefined) firsts = splitGroups(groupOf, selected, column);
    }
    const groups = firsts.map((first) => {
      const labels = names.map((name) => ({ name, value: this.columns.get(name)?.valueOf(first) ?? "" }));
      return labels.filter(({ value }) => value !== "");
    });
    return { groupOf, groups };
  }
}

/** The first selected series, if there is one. */
function firstOf(selected: Uint8Array): number[] {
  const first = selected.indexOf(1);
  return first < 0 ? [] : [first];
}

/** Splits the groups of the selected series by their values of one label; gives the first series of each group. */
function splitGroups(groupOf: Uint32Array, selected: Uint8Array, column: LabelColumn): number[] {
  const firsts: number[] = [];
  const groupOfPair = new Map<number, number>();
  const valueCount = column.values.length;
  for (let i = 0; i < selected.length; i++) {
    if (selected[i] !== 1) continue;
    const pair = (groupOf[i] as number) * valueCount + column.at(i);
    let group = groupOfPair.get(pair);
    if (group === undefined) {
      group = firsts.length;
      groupOfPair.set(pair, group);
      firsts.push(i);
    }
    groupOf[i] = group;
  }
  return firsts;
}

const indexes = new WeakMap<readonly SourceSeries[], LabelIndex>();

/** The index of a list of series: made once per list, brought up to date on each call, dropped with the list. */
export function labelIndexOf(series: readonly SourceSeries[]): LabelIndex {
  let index = indexes.get(series);
  if (index === undefined) {
    index = new LabelIndex(series);
    indexes.set(series, index);
  }
  index.refresh();
  return index;
}
