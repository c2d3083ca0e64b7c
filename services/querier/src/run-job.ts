import type { ExecuteContext, QueryAnswer, QueryPartial, QueryWarning } from "@basalt/query";
import { damagedSource, executePlan, mergeOutcomes, mergePartials, plainOutcome, unpackPartial } from "@basalt/query";
import type { RowSource } from "@basalt/store";
import type { AnsweredQuestion } from "./answered-question.ts";
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
  const { limits, isMissingDamage } = job;
  const whole = { ...context, limits, isMissingDamage };
  const questions: AnsweredQuestion[] = [];
  for (const question of job.questions) questions.push(await answerQuestion(question, opener, whole));
  const bytes = await encodeAnswer(job.answer, questions);
  return { bytes, ...mergeOutcomes(questions.map(({ partial }) => partial)) };
}

async function answerQuestion(
  { planned, partials }: QuestionWork,
  opener: SourceOpener,
  context: ExecuteContext,
): Promise<AnsweredQuestion> {
  const [first] = planned;
  if (first === undefined) throw new Error("assertion failed: a question has a plan");
  const found = partials.map(unpackPartial);
  for (const work of planned) found.push(await executeWork(work, opener, context));
  return { plan: first.plan, partial: mergePartials(first.plan, found, context.memory.hashSeed) };
}

async function executeWork(
  { plan, sources }: PlannedWork,
  opener: SourceOpener,
  context: ExecuteContext,
): Promise<QueryPartial> {
  const opened: RowSource[] = [];
  const warnings: QueryWarning[] = [];
  for (const reference of sources) {
    try {
      opened.push(await opener.open(reference, context.signal));
    } catch (error) {
      warnings.push(damagedSource(reference, error, context));
    }
  }
  const partial = await executePlan(plan, opened, context);
  if (warnings.length === 0) return partial;
  return { ...partial, ...mergeOutcomes([partial, { ...plainOutcome, isPartial: true, warnings }]) };
}
