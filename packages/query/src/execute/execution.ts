import type { RowSource } from "@basalt/store";
import type { PathTables, SymbolTables } from "@basalt/symdb";
import { ColumnsMerger } from "@basalt/symdb";
import { mergePartials } from "../merge/merge-partials.ts";
import type { QueryPartial } from "../merge/query-partial.ts";
import { plainOutcome } from "../merge/query-partial.ts";
import type { PprofPlan, QueryPlan, TreePlan } from "../plan/query-plan.ts";
import type { Budget } from "./budget.ts";
import { labelNamesOf, labelSetsOf, labelValuesOf } from "./execute-labels.ts";
import { executeSeries } from "./execute-series.ts";
import type { PartitionSums, SummerParts } from "./partition-sums.ts";
import { PartitionSummer } from "./partition-sums.ts";
import type { QueryMemory } from "./query-memory.ts";
import type { SelectedSeries } from "./select-series.ts";

/** The answer to a plan while it grows, source by source. */
export interface Execution {
  /** Adds a source as a whole; if it throws `block_corrupt`, nothing of the source was added. */
  add(source: RowSource, chosen: SelectedSeries): Promise<void>;
  finish(): QueryPartial;
}

/** Begins the execution of a plan. */
export function executionOf(plan: QueryPlan, budget: Budget, memory: QueryMemory): Execution {
  switch (plan.kind) {
    case "tree":
      return new StackExecution(plan, growTree(plan, budget, memory), { budget, memory });
    case "pprof":
      return new StackExecution(plan, growProfile(budget, memory), { budget, memory });
    case "series":
    case "labelSets":
    case "labelNames":
    case "labelValues":
    case "stats":
      return new ListExecution(plan, budget);
  }
}

/** What sums by stack are added to. */
interface StackDestination<S extends PathTables> {
  readonly symbolsOf: SummerParts<S>["symbolsOf"];
  readonly add: (partition: PartitionSums<S>) => void;
  /** The answer; nothing was selected if nothing was added. */
  readonly finish: (hasRows: boolean) => QueryPartial;
}

/** One tree over all partitions: none gets a tree of its own that would have to be merged. */
function growTree({ tellFilesApart }: TreePlan, budget: Budget, memory: QueryMemory): StackDestination<PathTables> {
  const sum = memory.paths(tellFilesApart).sum(budget.memory);
  return {
    symbolsOf: (source, partition, charge) =>
      tellFilesApart ? source.symbols(partition, charge) : source.paths(partition, charge),
    add: ({ symbols, stackIds, values }) => sum.addSome(symbols, stackIds, values),
    finish: (hasRows) => ({ kind: "tree", tree: hasRows ? sum.finish() : undefined, ...plainOutcome }),
  };
}

/** One profile over all partitions, equal symbols united. */
function growProfile(budget: Budget, memory: QueryMemory): StackDestination<SymbolTables> {
  const merger = new ColumnsMerger(memory.hashSeed, [], budget.memory);
  return {
    symbolsOf: (source, partition, charge) => source.symbols(partition, charge),
    add: ({ symbols, stackIds, values }) => {
      const lease = budget.memory.lease();
      lease.columns(symbols.stackCount * 8);
      const sums = new BigInt64Array(symbols.stackCount);
      for (let i = 0; i < stackIds.length; i++) sums[stackIds[i] as number] = values[i] as bigint;
      merger.add(symbols, sums);
      lease.giveBack();
    },
    finish: (hasRows) => ({ kind: "pprof", profile: hasRows ? merger.finish() : undefined, ...plainOutcome }),
  };
}

/** Plans whose answer is one tree or one profile over all sources. */
class StackExecution<S extends PathTables> implements Execution {
  private readonly plan: TreePlan | PprofPlan;
  private readonly destination: StackDestination<S>;
  private readonly budget: Budget;
  private readonly memory: QueryMemory;
  private hasRows = false;

  constructor(
    plan: TreePlan | PprofPlan,
    destination: StackDestination<S>,
    by: { readonly budget: Budget; readonly memory: QueryMemory },
  ) {
    this.plan = plan;
    this.destination = destination;
    this.budget = by.budget;
    this.memory = by.memory;
  }

  async add(source: RowSource, chosen: SelectedSeries): Promise<void> {
    const { budget, memory, destination } = this;
    const { symbolsOf } = destination;
    const sums = memory.takeSums();
    const lease = budget.memory.lease();
    try {
      const summer = new PartitionSummer(source, this.plan, { budget, sums, lease, symbolsOf });
      for (const partition of await summer.run(chosen)) {
        this.hasRows = true;
        destination.add(partition);
        await budget.pause();
      }
    } finally {
      lease.giveBack();
      memory.giveBack(sums);
    }
  }

  finish(): QueryPartial {
    return this.destination.finish(this.hasRows);
  }
}

type ListPlan = Exclude<QueryPlan, { kind: "tree" | "pprof" }>;

/** 64 bytes: a map entry, a key of some tens of characters, and its share of the array. */
const listElementBytes = 64;

/** Plans whose answer is a list without repetition: made for each source, then merged. */
class ListExecution implements Execution {
  private readonly plan: ListPlan;
  private readonly budget: Budget;
  private readonly found: QueryPartial[] = [];

  constructor(plan: ListPlan, budget: Budget) {
    this.plan = plan;
    this.budget = budget;
  }

  async add(source: RowSource, chosen: SelectedSeries): Promise<void> {
    const partial = await this.ask(source, chosen);
    this.budget.memory.heap(elementCount(partial) * listElementBytes);
    this.found.push(partial);
  }

  private async ask(source: RowSource, chosen: SelectedSeries): Promise<QueryPartial> {
    const { plan, budget } = this;
    switch (plan.kind) {
      case "series":
        return { kind: "series", series: await executeSeries(source, chosen, plan, budget), ...plainOutcome };
      case "labelSets":
        return { kind: "labelSets", labelSets: labelSetsOf(chosen, plan), ...plainOutcome };
      case "labelNames":
        return { kind: "labelNames", strings: labelNamesOf(chosen, plan), ...plainOutcome };
      case "labelValues":
        return { kind: "labelValues", strings: labelValuesOf(chosen, plan), ...plainOutcome };
      case "stats":
        return { kind: "stats", range: source.range, ...plainOutcome };
    }
  }

  finish(): QueryPartial {
    return mergePartials(this.plan, this.found, { account: this.budget.memory });
  }
}

function elementCount(partial: QueryPartial): number {
  if ("labelSets" in partial) return partial.labelSets.length;
  return "strings" in partial ? partial.strings.length : 0;
}
