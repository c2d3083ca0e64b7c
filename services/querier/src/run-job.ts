import type { ExecuteContext, QueryAnswer, QueryPartial } from "@basalt/query";
import {
  executePlan,
  MemoryBudget,
  mergeOutcomes,
  mergePartials,
  plainOutcome,
  UnreadSources,
  unpackPartial,
} from "@basalt/query";
import type { RowSource } from "@basalt/store";
import type { AnsweredQuestion } from "./answered-question.ts";
import { chargeAnswer } from "./charge-answer.ts";
import { encodeAnswer } from "./encode-answer.ts";
import type { PlannedWork, QueryJob, QuestionWork, SourceReference } from "./query-job.ts";

/** Opens blocks and segments, from caches where it can. */
export interface SourceOpener {
  /** @throws BasaltError `block_corrupt`, `block_version`, `object_not_found`. */
  open(reference: SourceReference, signal?: AbortSignal): Promise<RowSource>;
}

/** Executes a job and writes its answer. Errors as `executePlan` and the opener. */
export async function runJob(
  job: QueryJob,
  opener: SourceOpener,
  context: Omit<ExecuteContext, "limits">,
): Promise<QueryAnswer> {
  const { limits } = job;
  // One account for all of the job: its partials, executions and answer are in memory together.
  const memoryBudget = new MemoryBudget(limits.memoryBytesMax, context.memory.heap);
  try {
    return await runCounted(job, opener, { ...context, limits, lost: job.lost, memoryBudget });
  } finally {
    memoryBudget.release();
  }
}

type JobContext = ExecuteContext & { readonly memoryBudget: MemoryBudget };

async function runCounted(job: QueryJob, opener: SourceOpener, context: JobContext): Promise<QueryAnswer> {
  const questions: AnsweredQuestion[] = [];
  // All that is missing is told at once: each new look costs as much as this one.
  const unread = new UnreadSources(job.lost);
  for (const question of job.questions) {
    try {
      questions.push(await answerQuestion(question, opener, context));
    } catch (error) {
      unread.addMissing(error);
    }
  }
  unread.warnings();
  chargeAnswer(job.answer, questions, context.memoryBudget);
  const bytes = await encodeAnswer(job.answer, questions);
  return { bytes, ...mergeOutcomes(questions.map(({ partial }) => partial)) };
}

async function answerQuestion(
  { planned, partials }: QuestionWork,
  opener: SourceOpener,
  context: JobContext,
): Promise<AnsweredQuestion> {
  const [first] = planned;
  if (first === undefined) throw new Error("assertion failed: a question has a plan");
  const account = context.memoryBudget;
  const found = partials.map((partial) => unpackPartial(partial, account));
  const unread = new UnreadSources(context.lost);
  for (const work of planned) {
    try {
      found.push(await executeWork(work, opener, context));
    } catch (error) {
      unread.addMissing(error);
    }
  }
  unread.warnings();
  return {
    plan: first.plan,
    partial: mergePartials(first.plan, found, { hashSeed: context.memory.hashSeed, account }),
  };
}

async function executeWork(
  { plan, sources }: PlannedWork,
  opener: SourceOpener,
  context: ExecuteContext,
): Promise<QueryPartial> {
  const opened: RowSource[] = [];
  const unread = new UnreadSources(context.lost);
  for (const reference of sources) {
    try {
      opened.push(await opener.open(reference, context.signal));
    } catch (error) {
      unread.add(reference, error);
    }
  }
  const warnings = unread.warnings();
  const partial = await executePlan(plan, opened, context);
  if (warnings.length === 0) return partial;
  return { ...partial, ...mergeOutcomes([partial, { ...plainOutcome, isPartial: true, warnings }]) };
}
