import { Agent, request } from "node:http";
import { type PushBody, resampledBody, rotatingBody } from "./corpus.ts";
import type { ScheduledPush } from "./schedule.ts";

/** What a load did, as the driver saw it. */
export interface LoadResult {
  readonly accepted: number;
  readonly failed: number;
  readonly firstError: string | undefined;
  readonly wireBytes: number;
  readonly seconds: number;
  /** Milliseconds of each acknowledgement, ascending. */
  readonly latenciesMs: readonly number[];
  readonly acknowledged: readonly Acknowledged[];
}

/** A push that was answered 200, with the sums it carried. */
export interface Acknowledged {
  readonly push: ScheduledPush;
  readonly totals: readonly bigint[];
}

/** How a load is driven. */
export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly resample: boolean;
  /** Spread over this many seconds of real time; 0 = as fast as the connections allow. */
  readonly overSeconds: number;
  /** No push is begun after one that nobody answered. */
  readonly untilLost?: boolean;
  /** Called after each push that was answered 200. */
  readonly onAccepted?: () => void;
  /** Sent with each push, such as a tenant. */
  readonly headers?: Readonly<Record<string, string>>;
}

const boundary = "basaltbench0123456789";

/** Sends the pushes over so many connections, each waiting for its answer. */
export async function driveLoad(pushes: readonly ScheduledPush[], options: LoadOptions): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const latenciesMs: number[] = [];
  const acknowledged: Acknowledged[] = [];
  let wireBytes = 0;
  let failed = 0;
  let firstError: string | undefined;
  let next = 0;
  let isLost = false;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const push = pushes[index];
      if (push === undefined || (isLost && options.untilLost === true)) return;
      const due = started + (index / pushes.length) * options.overSeconds * 1000;
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const body = options.resample
        ? resampledBody(push.profile, push.timeNanos, push.seed)
        : rotatingBody(push.profile, push.timeNanos);
      const before = performance.now();
      const answer = await send({ ...options, agent }, push, body);
      latenciesMs.push(performance.now() - before);
      wireBytes += body.gzip.length;
      if (answer.status === 200) {
        acknowledged.push({ push, totals: body.totals });
        options.onAccepted?.();
      } else {
        failed++;
        isLost ||= answer.status === 0;
        firstError ??= `${answer.status} ${answer.text.slice(0, 300)}`;
      }
    }
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  latenciesMs.sort((a, b) => a - b);
  return { accepted: acknowledged.length, failed, firstError, wireBytes, seconds, latenciesMs, acknowledged };
}

function send(
  { url, agent, headers }: LoadOptions & { readonly agent: Agent },
  push: ScheduledPush,
  body: PushBody,
): Promise<{ status: number; text: string }> {
  const times = `&from=${push.timeNanos}&until=${push.timeNanos + 10_000_000_000n}`;
  const payload = multipart(body.gzip, push.series.sampleTypeConfig);
  return new Promise((resolve) => {
    const sent = request(
      `${url}/ingest?${push.series.query}${times}`,
      {
        method: "POST",
        agent,
        headers: {
          "content-type": `multipart/form-data; boundary=${boundary}`,
          "content-length": payload.length,
          "user-agent": "Go-http-client/1.1",
          ...headers,
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on("error", (error) => resolve({ status: 0, text: String(error) }));
    sent.end(payload);
  });
}

/** The body of the Go SDK: a profile, and for some kinds a configuration of its types. */
function multipart(gzip: Buffer, config: string | undefined): Buffer {
  const chunks: Buffer[] = [Buffer.from(partHead("profile", "profile.pprof")), gzip, Buffer.from("\r\n")];
  if (config !== undefined) {
    chunks.push(Buffer.from(`${partHead("sample_type_config", "sample_type_config.json")}${config}\r\n`));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(chunks);
}

function partHead(name: string, filename: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
}
