import { readdirSync, readFileSync } from "node:fs";
import { request as http1Request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { join } from "node:path";

/** One request as an unmodified client sent it. */
export interface RecordedRequest {
  /** `<client>-<version>/<case>`. */
  readonly name: string;
  readonly httpVersion: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Sum of each `type:unit` over all profiles in it, by an outside decoder; empty where there is none. */
  readonly totals: ReadonlyMap<string, bigint>;
}

interface RequestFile {
  readonly httpVersion: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Reads every recorded request below a folder of clients. */
export function readRecorded(folder: string): readonly RecordedRequest[] {
  const recorded: RecordedRequest[] = [];
  for (const client of readdirSync(folder).sort()) {
    const manifest: { cases: Record<string, unknown> } = JSON.parse(
      readFileSync(join(folder, client, "manifest.json"), "utf8"),
    );
    for (const [name, facts] of Object.entries(manifest.cases)) {
      const file: RequestFile = JSON.parse(readFileSync(join(folder, client, name, "request.json"), "utf8"));
      const totals = new Map<string, bigint>();
      addTotals(facts, totals);
      recorded.push({
        ...file,
        name: `${client}/${name}`,
        body: readFileSync(join(folder, client, name, "body.bin")),
        totals,
      });
    }
  }
  return recorded;
}

/** Sums of sample types wherever a manifest describes a profile. */
function addTotals(facts: unknown, totals: Map<string, bigint>): void {
  if (typeof facts !== "object" || facts === null) return;
  for (const [key, value] of Object.entries(facts)) {
    if (key !== "sampleTypes") addTotals(value, totals);
    else {
      for (const { type, unit, total } of value as readonly { type: string; unit: string; total: string }[]) {
        const id = `${type}:${unit}`;
        totals.set(id, (totals.get(id) ?? 0n) + BigInt(total));
      }
    }
  }
}

/** What a server answered to a recorded request. */
export interface RecordedAnswer {
  readonly status: number;
  /** gRPC's status; 0 for other protocols. */
  readonly grpcStatus: number;
  readonly body: Buffer;
}

/** Sends a recorded request again, in its HTTP version, with some headers replaced. */
export function replay(
  url: string,
  recorded: RecordedRequest,
  replaced: Readonly<Record<string, string>>,
): Promise<RecordedAnswer> {
  const skipped = new Set([
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "expect",
    ...Object.keys(replaced),
  ]);
  const headers: Record<string, string> = { ...replaced };
  for (const [name, value] of recorded.headers) {
    if (!skipped.has(name.toLowerCase()) && !name.startsWith(":")) headers[name.toLowerCase()] = value;
  }
  const path = recorded.rawQuery === "" ? recorded.path : `${recorded.path}?${recorded.rawQuery}`;
  if (recorded.httpVersion.startsWith("2")) return replayHttp2(url, { ...recorded, path }, headers);
  return new Promise((resolve, reject) => {
    const sent = http1Request(`${url}${path}`, { method: recorded.method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, grpcStatus: 0, body: Buffer.concat(chunks) }),
      );
    });
    sent.on("error", reject);
    sent.end(recorded.body);
  });
}

function replayHttp2(url: string, recorded: RecordedRequest, headers: Record<string, string>): Promise<RecordedAnswer> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(url);
    session.on("error", reject);
    const stream = session.request({ ":method": recorded.method, ":path": recorded.path, te: "trailers", ...headers });
    const chunks: Buffer[] = [];
    let status = 0;
    let grpcStatus = 0;
    stream.on("response", (answer) => {
      status = Number(answer[":status"]);
      grpcStatus = Number(answer["grpc-status"] ?? 0);
    });
    stream.on("trailers", (trailers) => {
      grpcStatus = Number(trailers["grpc-status"] ?? 0);
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => {
      session.close();
      resolve({ status, grpcStatus, body: Buffer.concat(chunks) });
    });
    stream.end(recorded.body);
  });
}
