import type { RowSource } from "@basalt/store";
import { mergePartials } from "../merge/merge-partials.ts";
import type { QueryPartial } from "../merge/query-partial.ts";
import { plainOutcome } from "../merge/query-partial.ts";
import type { PprofPlan, QueryPlan, TreePlan } from "../plan/query-plan.ts";
import type { Budget } from "./budget.ts";
import { labelNamesOf, labelSetsOf, labelValuesOf } from "./execute-labels.ts";
import { executeSeries } from "./execute-series.ts";
import { sumByStack } from "./partition-sums.ts";
import { ProfileGrower } from "./profile-grower.ts";
import type { SelectedSeries } from "./select-series.ts";
import { StackSums } from "./stack-sums.ts";
import { TreeGrower } from "./tree-grower.ts";

/** The answer to a plan while it grows, source by source. */
export interface Execution {
  /** Adds a source as a whole; if it throws `block_corrupt`, nothing of the source was added. */
  add(source: RowSource, chosen: SelectedSeries): Promise<void>;
  finish(): QueryPartial;
}

/** Begins the execution of a plan. */
export function executionOf(plan: QueryPlan, budget: Budget, hashSeed: number): Execution {
  switch (plan.kind) {
    case "tree": {
      const grower = new TreeGrower(plan);
      const finish = (): QueryPartial => ({ kind: "tree", tree: grower.finish(), ...plainOutcome });
      return new StackExecution(plan, budget, { grower, bytesPerElement: TreeGrower.bytesPerNode, finish });
    }
    case "pprof": {
      const grower = new ProfileGrower(hashSeed);
      const finish = (): QueryPartial => ({ kind: "pprof", profile: grower.finish(), ...plainOutcome });
      return new StackExecution(plan, budget, { grower, bytesPerElement: ProfileGrower.bytesPerStack, finish });
    }
    case "series":
    case "labelSets":
    case "labelNames":
    case "labelValues":
    case "stats":
      return new ListExecution(plan, budget);
  }
}

/** What sums by stack are added to. */
interface StackDestination {
  readonly grower: Pick<TreeGrower, "add" | "length"> | Pick<ProfileGrower, "add" | "length">;
  /** For the memory bound. */
  readonly bytesPerElement: number;
  readonly finish: () => QueryPartial;
}

/** Plans whose answer is one tree or one profile over all sources. */
class StackExecution implements Execution {
  private readonly plan: TreePlan | PprofPlan;
  private readonly budget: Budget;
  private readonly destination: StackDestination;
  readonly finish: () => QueryPartial;

  constructor(plan: TreePlan | PprofPlan, budget: Budget, destination: StackDestination) {
    this.plan = plan;
    this.budget = budget;
    this.destination = destination;
    this.finish = destination.finish;
  }

  async add(source: RowSource, chosen: SelectedSeries): Promise<void> {
    const { grower, bytesPerElement } = this.destination;
    for (const { symbols, sums } of await sumByStack(source, chosen, this.plan, this.budget)) {
      const before = grower.length;
      grower.add(symbols, sums);
      this.budget.charge((grower.length - before) * bytesPerElement - symbols.stackCount * StackSums.bytesPerStack);
      await this.budget.pause();
    }
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
    this.budget.charge(elementCount(partial) * listElementBytes);
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
    return mergePartials(this.plan, this.found);
  }
}

function elementCount(partial: QueryPartial): number {
  if ("labelSets" in partial) return partial.labelSets.length;
  return "strings" in partial ? partial.strings.length : 0;
}
