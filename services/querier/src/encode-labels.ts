import type { LabelAnswer, QueryPartial } from "@basalt/query";
import { answerLabelSets, answerProfileTypes, answerStats, answerStrings } from "@basalt/query";
import { encodeMessage, querierV1, typesV1 } from "@basalt/rpc";

const utf8 = new TextEncoder();

/** The response messages of the calls about labels, and the array of `/pyroscope/label-values`. */
export function encodeLabelAnswer({ kind, codec }: LabelAnswer, partial: QueryPartial): Uint8Array {
  switch (kind) {
    case "labelSets": {
      const sets = partial.kind === "labelSets" ? partial.labelSets : wrongKind(kind, partial);
      const labelsSet = answerLabelSets(sets).map((labels) => ({ labels: [...labels] }));
      return encodeMessage(querierV1.SeriesResponse, codec, { labelsSet });
    }
    case "labelNames":
      return encodeMessage(typesV1.LabelNamesResponse, codec, { names: stringsOf(kind, partial) });
    case "labelValues":
      return encodeMessage(typesV1.LabelValuesResponse, codec, { names: stringsOf(kind, partial) });
    case "labelValuesArray":
      return utf8.encode(JSON.stringify(stringsOf(kind, partial)));
    case "profileTypes": {
      const types = answerProfileTypes(stringsOf(kind, partial));
      const profileTypes = types.map(({ id, ...type }) => ({ ID: id, ...type }));
      return encodeMessage(querierV1.ProfileTypesResponse, codec, { profileTypes });
    }
    case "stats": {
      const range = partial.kind === "stats" ? partial.range : wrongKind(kind, partial);
      return encodeMessage(typesV1.GetProfileStatsResponse, codec, answerStats(range));
    }
  }
}

function stringsOf(kind: LabelAnswer["kind"], partial: QueryPartial): string[] {
  return answerStrings("strings" in partial ? partial.strings : wrongKind(kind, partial));
}

function wrongKind(kind: LabelAnswer["kind"], partial: QueryPartial): never {
  throw new Error(`assertion failed: a partial of ${partial.kind} does not answer ${kind}`);
}
