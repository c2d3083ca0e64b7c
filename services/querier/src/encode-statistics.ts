import type { AnswerCodec, StatsPartial } from "@basalt/query";
import { answerProfileTypes, answerStats } from "@basalt/query";
import { encodeMessage, querierV1, typesV1 } from "@basalt/rpc";

/** `ProfileTypesResponse` of profile type ids. */
export function encodeProfileTypes(codec: AnswerCodec, ids: readonly string[]): Uint8Array {
  const profileTypes = answerProfileTypes(ids).map(({ id, ...type }) => ({ ID: id, ...type }));
  return encodeMessage(querierV1.ProfileTypesResponse, codec, { profileTypes });
}

/** `GetProfileStatsResponse`. */
export function encodeStats(codec: AnswerCodec, range: StatsPartial["range"]): Uint8Array {
  return encodeMessage(typesV1.GetProfileStatsResponse, codec, answerStats(range));
}
