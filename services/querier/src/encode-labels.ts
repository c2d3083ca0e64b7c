import type { LabelAnswer, QueryPartial } from "@basalt/query";
import { answerLabelSets, answerStrings } from "@basalt/query";
import { labelSetsJson, labelSetsProto, stringsJson, stringsProto } from "./labels-wire.ts";

const utf8 = new TextEncoder();

/** The response messages of the calls about labels, and the array of `/pyroscope/label-values`. */
export async function encodeLabelAnswer(spec: LabelAnswer, partial: QueryPartial): Promise<Uint8Array> {
  const { kind, codec } = spec;
  switch (kind) {
    case "labelSets": {
      const sets = answerLabelSets(partial.kind === "labelSets" ? partial.labelSets : wrongKind(kind, partial));
      return codec === "json" ? labelSetsJson(sets) : labelSetsProto(sets);
    }
    case "labelNames":
    case "labelValues": {
      const strings = stringsOf(kind, partial);
      return codec === "json" ? stringsJson("names", strings) : stringsProto(strings);
    }
    case "labelValuesArray":
      return utf8.encode(JSON.stringify(stringsOf(kind, partial)));
    case "profileTypes":
      return (await import("./encode-statistics.ts")).encodeProfileTypes(codec, stringsOf(kind, partial));
    case "stats": {
      const range = partial.kind === "stats" ? partial.range : wrongKind(kind, partial);
      return (await import("./encode-statistics.ts")).encodeStats(codec, range);
    }
  }
}

function stringsOf(kind: LabelAnswer["kind"], partial: QueryPartial): string[] {
  return answerStrings("strings" in partial ? partial.strings : wrongKind(kind, partial));
}

function wrongKind(kind: LabelAnswer["kind"], partial: QueryPartial): never {
  throw new Error(`assertion failed: a partial of ${partial.kind} does not answer ${kind}`);
}
