import { encodePprof as writePprof } from "@basalt/formats";
import type { PprofAnswer } from "@basalt/query";
import { answerPprof } from "@basalt/query";
import type { AnsweredQuestion } from "./answered-question.ts";
import { ofKind } from "./answered-question.ts";
import { profileJson } from "./profile-json.ts";
import { inField } from "./wire.ts";

/** `google.v1.Profile`, alone or as `pprof.profile` of `SelectMergeStacktracesResponse`. */
export function encodePprof(spec: PprofAnswer, question: AnsweredQuestion | undefined): Uint8Array {
  const { plan, partial } = ofKind(question, "pprof");
  const { endNanos: timeNanos, durationNanos, codec, isWrapped } = spec;
  const profile = writePprof(answerPprof(partial.profile, { profileType: plan.profileType, timeNanos, durationNanos }));
  if (codec === "proto") return isWrapped ? inField(5, inField(1, profile)) : profile;
  return profileJson(profile, isWrapped ? ['{"pprof":{"profile":', "}}"] : ["", ""]);
}
