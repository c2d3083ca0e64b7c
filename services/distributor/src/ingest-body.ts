import { BasaltError } from "@basalt/model";
import { readMultipart } from "./multipart.ts";
import type { RawIngest } from "./raw-push.ts";

/** What a body of `/ingest` holds. */
export interface IngestBody {
  /** pprof, perhaps gzipped; empty = the client had nothing to say. */
  readonly profile: Uint8Array;
  /** The part `sample_type_config`, JSON. */
  readonly sampleTypeConfig: Uint8Array | undefined;
}

const otherFormats: ReadonlySet<string> = new Set(["trie", "tree", "lines", "jfr", "speedscope", "groups", "folded"]);

/**
 * Takes a body of `/ingest` apart. A multipart body is read as one whatever `format` says; any other body is pprof when
 * `format=pprof` says so or when it begins like one.
 *
 * @throws BasaltError `request_malformed`, `format_unsupported`.
 */
export function readIngestBody(push: RawIngest): IngestBody {
  const { contentType, body, parameters } = push;
  if (contentType.toLowerCase().includes("multipart/form-data")) return readParts(contentType, body);
  if (parameters.format === "pprof" || body.length === 0) return { profile: body, sampleTypeConfig: undefined };
  if (!otherFormats.has(parameters.format) && looksLikePprof(body))
    return { profile: body, sampleTypeConfig: undefined };
  throw new BasaltError(
    "format_unsupported",
    `format ${JSON.stringify(parameters.format.slice(0, 40))} with content type ${JSON.stringify(contentType.slice(0, 80))} is not supported: send pprof (multipart, or raw with format=pprof)`,
  );
}

function readParts(contentType: string, body: Uint8Array): IngestBody {
  const parts = readMultipart(contentType, body);
  if (parts.has("prev_profile")) {
    throw new BasaltError(
      "format_unsupported",
      "unsupported client version: the part prev_profile is of an SDK that leaves subtraction to the server; please update it",
    );
  }
  if (parts.has("jfr")) throw new BasaltError("format_unsupported", "the format jfr is not supported yet: send pprof");
  const profile = parts.get("profile");
  if (profile === undefined) throw new BasaltError("request_malformed", "multipart body: it has no part profile");
  return { profile, sampleTypeConfig: parts.get("sample_type_config") };
}

/** gzip, or a protobuf whose first field is a sample type. */
function looksLikePprof(body: Uint8Array): boolean {
  return (body[0] === 0x1f && body[1] === 0x8b) || body[0] === 0x0a;
}
