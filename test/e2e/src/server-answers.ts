import assert from "node:assert/strict";
import { type Answer, ask } from "@basalt/test-kit";

const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";

/** Rows as DuckDB's JSON has them: int64 is text. */
export type Rows = readonly (readonly unknown[])[];

export interface Values {
  readonly self?: string;
  readonly total?: string;
}

export interface FunctionAnswer extends Values {
  readonly function?: string;
  readonly file?: string;
  readonly left?: Values;
  readonly right?: Values;
}

/** A point of CPU time: the values of the labels that it is grouped by, its end in unix ms, and its sum. */
export interface CpuPoint {
  readonly labels: readonly string[];
  readonly time: number;
  readonly value: number;
}

/** A label. */
export interface Pair {
  readonly name: string;
  readonly value: string;
}

interface Level {
  readonly values: readonly string[];
}

interface Box {
  readonly start: number;
  readonly end: number;
  readonly stack: string;
}

/** What a server answers over a range of time, in the form in which SQL answers. */
export class ServerAnswers {
  private readonly url: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly range: { readonly start: number; readonly end: number };

  /** @param range unix ms, both ends inclusive. */
  constructor(
    url: string,
    range: { readonly start: number; readonly end: number },
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.url = url;
    this.range = range;
    this.headers = headers;
  }

  /** Throws unless the answer is 200 and whole. */
  async asked(procedure: string, question: unknown): Promise<Answer> {
    const answer = await ask(this.url, procedure, question, this.headers);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get("basalt-partial"), null);
    return answer;
  }

  /** A question about CPU time unless it names another type. */
  select(labelSelector: string, profileTypeID: string = cpuType): object {
    return { profileTypeID, labelSelector, ...this.range };
  }

  /** Name, file, self and total, by self unless asked otherwise. */
  async topFunctions(selector: string, options: object = {}): Promise<Rows> {
    const question = { query: this.select(selector), limit: 10_000, ...options };
    const { json } = await this.asked("basalt.v1.QueryService/TopFunctions", question);
    const rows = json["functions"] as readonly FunctionAnswer[];
    return rows.map(({ function: name = "", file = "", self = "0", total = "0" }) => [name, file, self, total]);
  }

  async labelValues(name: string): Promise<readonly string[]> {
    const { json } = await this.asked("querier.v1.QuerierService/LabelValues", { name, ...this.range });
    return json["names"] as readonly string[];
  }

  /** CPU time by labels; a point sums up what lies behind the point before it. */
  async cpuPoints(groupBy: readonly string[], step: number): Promise<readonly CpuPoint[]> {
    const { json } = await this.asked("querier.v1.QuerierService/SelectSeries", {
      ...this.select("{}"),
      groupBy,
      step,
    });
    const series = json["series"] as readonly {
      readonly labels: readonly { readonly name: string; readonly value: string }[];
      readonly points: readonly { readonly value?: number; readonly timestamp: string }[];
    }[];
    return series.flatMap(({ labels, points }) => {
      const values = groupBy.map((name) => labels.find((label) => label.name === name)?.value ?? "");
      return points.map(({ value = 0, timestamp }) => ({ labels: values, time: Number(timestamp), value }));
    });
  }

  /** The folded stacks of a flame graph that was not cut, by stack. Source of its levels: docs/formats/call-tree.md. */
  async foldedFlameGraph(selector: string): Promise<Rows> {
    const { json } = await this.asked("querier.v1.QuerierService/SelectMergeStacktraces", {
      ...this.select(selector),
      maxNodes: 100_000,
    });
    const graph = json["flamegraph"] as { readonly names: readonly string[]; readonly levels: readonly Level[] };
    assert.ok(!graph.names.includes("other"), "the graph is whole");
    const stacks: (readonly [string, string])[] = [];
    let above: readonly Box[] = [];
    for (const { values } of graph.levels) {
      const level: Box[] = [];
      for (let i = 0, at = 0; i < values.length; i += 4) {
        const [offset = 0, total = 0, self = 0, name = 0] = values.slice(i, i + 4).map(Number);
        const start = at + offset;
        at = start + total;
        const parent = above.find((box) => box.start <= start && start < box.end);
        const stack =
          parent === undefined ? "" : `${parent.stack}${parent.stack === "" ? "" : ";"}${graph.names[name]}`;
        level.push({ start, end: at, stack });
        if (self > 0) stacks.push([stack, String(self)]);
      }
      above = level;
    }
    return stacks.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
