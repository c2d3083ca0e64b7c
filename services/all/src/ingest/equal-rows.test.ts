import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { folderBucket } from "@basalt/bucket";
import type { ProfileOutcome, RawPushSink } from "@basalt/distributor";
import { Distributor, IngestionLimiter, ProfileProcessor } from "@basalt/distributor";
import { SeriesCounters } from "@basalt/ingester";
import { anonymousTenant, defined, type ErrorRecord, labelsKey } from "@basalt/model";
import { CallContext, type Service } from "@basalt/rpc";
import {
  Config,
  crc32,
  defaultLimits,
  equalLimits,
  type InThreadWorker,
  limitSettings,
  ManualClock,
  nodeFileSystem,
  runInThread,
  sha256,
  systemClock,
  systemRandom,
  zstdCodec,
} from "@basalt/runtime";
import { blockCaches, openDataFolder, openSegmentPart, type RowSource } from "@basalt/store";
import { FusedSink } from "./fused-sink.ts";
import { type IngestHandlers, type IngestWorkerData, setupIngestWorker } from "./setup-ingest-worker.ts";

const fixtures = fileURLToPath(new URL("../../../../test/fixtures", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "basalt-rows-"));
after(() => rmSync(folder, { recursive: true }));

const limits = defaultLimits(Config.of(Object.values(limitSettings)));
const counters = new SeriesCounters();

async function openWorker(name: string): Promise<InThreadWorker<IngestHandlers>> {
  const dataFolder = await openDataFolder(nodeFileSystem, join(folder, name), systemRandom);
  const data: IngestWorkerData = {
    shardIndex: 0,
    shardCount: 1,
    folder: dataFolder.shardFolder(0),
    segmentFolders: [],
    storage: folderBucket(join(folder, name, "bucket")),
    producer: dataFolder.producer,
    headBytesMax: 1 << 30,
    keyBytesMax: 1 << 30,
    lateWindowsMax: 16,
    sync: { mode: "interval", intervalMs: 1000 },
    seriesCounters: counters.buffer,
    limits,
  };
  const unexpected = ({ message }: ErrorRecord): never => assert.fail(message);
  const handlers = {
    fatal: unexpected,
    problem: unexpected,
    tornLog: (): never => assert.fail(),
    replayed: (): void => undefined,
  };
  return runInThread(setupIngestWorker, { name, data, handlers, clock: systemClock });
}

/** What a distributor does before a network of ingesters: it decodes, and sends batches as bytes. */
class ApartSink implements RawPushSink {
  private readonly ingester: InThreadWorker<IngestHandlers>;
  private readonly processor = new ProfileProcessor({
    limits: equalLimits(limits),
    inflate: (bytes, outputBytesMax) => gunzipSync(bytes, { maxOutputLength: outputBytesMax }),
    sha256,
    checksum: (bytes) => crc32(bytes),
  });

  constructor(ingester: InThreadWorker<IngestHandlers>) {
    this.ingester = ingester;
  }

  ownerOf(): number {
    return 0;
  }

  async push(push: Parameters<RawPushSink["push"]>[0]): Promise<readonly ProfileOutcome[]> {
    const outcomes: ProfileOutcome[] = [];
    const batches: Uint8Array[] = [];
    for (const { outcome, batch } of this.processor.process(push)) {
      outcomes.push(outcome);
      if (batch !== undefined) batches.push(batch.bytes.slice());
    }
    const stored = await counters.during(push.tenant, (tenantSlot) =>
      this.ingester.call("push", { tenant: push.tenant, tenantSlot, batches }),
    );
    for (const result of stored) assert.ok(!("error" in result), JSON.stringify(result));
    return outcomes;
  }
}

function distributorOf(sink: RawPushSink): Distributor {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 12));
  const limiter = new IngestionLimiter(clock, () => ({ bytesPerSecond: 0, burstBytes: 0 }));
  const observer = { pushed: (): void => undefined, refused: (): void => undefined };
  return new Distributor({ clock, sink, limiter, observer, bodyBytesMax: 1 << 30 });
}

/** A request as a client sent it. */
interface Recorded {
  readonly name: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The pushes of real clients that are neither compressed nor framed, and some of the corpus. */
function recordedPushes(): readonly Recorded[] {
  const clients = join(fixtures, "clients");
  const recorded = readdirSync(clients).flatMap((client) =>
    readdirSync(join(clients, client), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => readRecorded(join(clients, client, entry.name))),
  );
  const corpus = readdirSync(join(fixtures, "corpus")).filter((name) => name.endsWith("-1.pb.gz"));
  const query = "format=pprof&from=1795262400&spyName=gospy";
  return [
    ...recorded.filter(
      ({ path, headers }) =>
        path === "/ingest" || (path.endsWith("/Push") && headers["content-type"] === "application/proto"),
    ),
    ...corpus.map((name) => ({
      name,
      path: "/ingest",
      query: `${query}&name=${name.slice(0, 4)}%7Bfile%3D${name}%7D`,
      headers: {},
      body: Uint8Array.from(readFileSync(join(fixtures, "corpus", name))),
    })),
  ];
}

function readRecorded(path: string): Recorded {
  const request: { path: string; rawQuery: string; headers: readonly (readonly [string, string])[] } = JSON.parse(
    readFileSync(join(path, "request.json"), "utf8"),
  );
  const headers = Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const sent = readFileSync(join(path, "body.bin"));
  const body = headers["content-encoding"] === "gzip" && request.path !== "/ingest" ? gunzipSync(sent) : sent;
  return { name: path, path: request.path, query: request.rawQuery, headers, body: Uint8Array.from(body) };
}

async function send(distributor: Distributor, { path, query, headers, body }: Recorded): Promise<void> {
  const context = new CallContext({
    ...{ procedure: path, route: path, protocol: "http", codec: "proto", method: "POST", requestHeaders: headers },
    ...{ rawQuery: query, capabilities: { utf8LabelNames: false }, acceptsGzip: false, peer: "" },
    ...{ timeoutMs: undefined, deadlineMs: undefined },
  });
  context.tenants = [anonymousTenant];
  if (path === "/ingest") {
    const [route] = distributor.routes();
    const parameters = new URLSearchParams(query);
    const request = { method: "POST", path, query: parameters, headers, body: body.slice() };
    const { status, body: text } = await defined(route, "route").handle(request, context);
    assert.equal(status, 200, String(text));
    return;
  }
  const [pusher] = distributor.services() as readonly Service[];
  const endpoint = defined(pusher?.endpoints.get("push"), "push");
  assert.ok("raw" in endpoint.handle);
  await endpoint.handle.raw(body.slice(), context);
}

/** Every row of the worker's segments: labels, profile id, facts, and its samples by the content of their stacks. */
async function rowsOf(worker: InThreadWorker<IngestHandlers>): Promise<readonly string[]> {
  await worker.call("seal", undefined as never);
  const parts = await worker.call("uncutParts", undefined as never);
  const readers = { fileSystem: nodeFileSystem, codec: zstdCodec(1), checksum: crc32, caches: blockCaches() };
  const rows: string[] = [];
  for (const part of parts) rows.push(...(await readRows(await openSegmentPart(readers, part))));
  return rows.sort();
}

async function readRows(source: RowSource): Promise<readonly string[]> {
  const series = await source.series();
  const everything = { range: { start: 0n, end: 2n ** 63n - 1n }, samples: true, profileIds: true, details: true };
  const request = { ...everything, series: new Uint8Array(series.length).fill(1), spanIds: true };
  const rows: string[] = [];
  for await (const batch of source.scan(request)) {
    const { stackHash } = await source.symbols(batch.partition);
    const { sampleStart, stackId, values, profileId, durationNanos, period, spanId, traceId } = batch;
    for (let row = 0; row < batch.rowCount; row++) {
      const samples: string[] = [];
      for (let at = sampleStart?.[row] ?? 0; at < (sampleStart?.[row + 1] ?? 0); at++) {
        const trace = Buffer.from(traceId?.subarray(at * 16, at * 16 + 16) ?? []).toString("hex");
        samples.push(`${stackHash[stackId?.[at] ?? 0]} ${spanId?.[at]} ${trace} ${values?.[at]}`);
      }
      const id = Buffer.from(profileId?.subarray(row * 16, row * 16 + 16) ?? []).toString("hex");
      const facts = [batch.timeNanos[row], batch.total[row], durationNanos?.[row], period?.[row]].join(" ");
      const labels = labelsKey(defined(series[batch.seriesIndex[row] ?? 0], "series").labels);
      rows.push(`${labels} ${id} ${facts}: ${samples.sort().join(", ")}`);
    }
  }
  return rows;
}

test("decoding in the thread that stores gives the rows that decoding elsewhere gives", async () => {
  const [fused, apart] = [await openWorker("fused"), await openWorker("apart")];
  const distributors = [distributorOf(new FusedSink([fused], counters)), distributorOf(new ApartSink(apart))];
  const pushes = recordedPushes();
  assert.ok(pushes.length > 40, `${pushes.length} pushes`);
  for (const push of pushes) for (const distributor of distributors) await send(distributor, push);
  const rows = await rowsOf(apart);
  assert.ok(rows.length > 100, `${rows.length} rows`);
  assert.deepEqual(await rowsOf(fused), rows);
  await Promise.all([fused.stop(), apart.stop()]);
});
