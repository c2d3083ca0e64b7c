import type { ErrorRecord, Label, TenantId } from "@basalt/model";
import { BasaltError, errorFromRecord, labelNames, labelValue, rpcCodes } from "@basalt/model";
import type { CallContext, HttpRequest, HttpResponse, HttpRoute, Service } from "@basalt/rpc";
import { decodeMessage, errorResponse, parsePushRequest, pushV1, service } from "@basalt/rpc";
import type { Clock } from "@basalt/runtime";
import { readIngestParameters } from "./ingest-parameters.ts";
import type { IngestionLimiter } from "./ingestion-limiter.ts";
import { joinErrors } from "./join-errors.ts";
import type { ProfileOutcome, RawPush, RawSample } from "./raw-push.ts";
import { unknownService } from "./series-labels.ts";

/** Where raw pushes go: decoding workers that own shards, or decoding workers before a network of ingesters. */
export interface RawPushSink {
  /** The owner of a service: a small number, such as the index of a thread. What a push has for one owner goes in one call. */
  ownerOf(tenant: TenantId, service: string): number;
  /**
   * Resolves when every profile without an error in its outcome is durable.
   *
   * @param owner of the services of all profiles of the push.
   */
  push(push: RawPush, owner: number): Promise<readonly ProfileOutcome[]>;
}

/** Told of each push, for metrics. */
export interface PushObserver {
  pushed(tenant: TenantId, outcomes: readonly ProfileOutcome[]): void;
  /** A push that was refused before any profile of it was looked at. */
  refused(tenant: TenantId, error: BasaltError, bytes: number): void;
}

/** What a distributor works with. */
export interface DistributorOptions {
  readonly clock: Clock;
  readonly sink: RawPushSink;
  readonly limiter: IngestionLimiter;
  readonly observer: PushObserver;
  readonly bodyBytesMax: number;
}

const bodyBytesSetting = "-distributor.ingestion-body-limit-mb";

/** Takes pushes in: `POST /ingest` and `push.v1.PusherService/Push`. Stateless; decoding happens behind its sink. */
export class Distributor {
  private readonly options: DistributorOptions;

  constructor(options: DistributorOptions) {
    this.options = options;
  }

  routes(): readonly HttpRoute[] {
    return ["/ingest", "/pyroscope/ingest"].map((path) => ({
      path,
      methods: ["POST"],
      tenancy: "one",
      bodyBytesMax: this.options.bodyBytesMax,
      bodyBytesSetting,
      handle: (request, context) => this.ingest(request, context),
    }));
  }

  services(): readonly Service[] {
    const push = async (message: Uint8Array, context: CallContext): Promise<pushV1.PushResponse> => {
      await this.push(message, context);
      return {};
    };
    const { bodyBytesMax: requestBytesMax } = this.options;
    const options = { tenancy: "one", requestBytesMax, requestBytesSetting: bodyBytesSetting } as const;
    return [service(pushV1.PusherServiceDefinition, { push: { raw: push } }, options)];
  }

  /** Statuses of `/ingest` are its own: wrong parameters 400, a refused body 422, too much 429, no room 503. */
  private async ingest(request: HttpRequest, context: CallContext): Promise<HttpResponse> {
    const { tenant } = context;
    const { clock, sink } = this.options;
    const receivedAt = clock.nowNanos();
    try {
      const parameters = readIngestParameters(request.query, receivedAt);
      const service = labelValue(parameters.name.labels, labelNames.service) ?? parameters.name.app;
      this.admit(tenant, request.body.length);
      const contentType = String(request.headers["content-type"] ?? "");
      const { body } = request;
      const outcomes = await sink.push(
        { kind: "ingest", tenant, receivedAt, parameters, contentType, body },
        sink.ownerOf(tenant, service),
      );
      this.account(tenant, outcomes);
      const refused = outcomes.find(({ error }) => error !== undefined)?.error;
      if (refused !== undefined) return errorResponse(errorFromRecord(refused), ingestStatus(refused));
      return { status: 200 };
    } catch (thrown) {
      const error = BasaltError.from(thrown);
      this.options.observer.refused(tenant, error, request.body.length);
      if (error.code === "internal") throw thrown;
      return errorResponse(error);
    }
  }

  private async push(message: Uint8Array, context: CallContext): Promise<void> {
    const { tenant } = context;
    const { clock, sink } = this.options;
    const receivedAt = clock.nowNanos();
    const byOwner = Map.groupBy(readSamples(message, context), ({ labels }) => sink.ownerOf(tenant, serviceOf(labels)));
    if (byOwner.size === 0) throw new BasaltError("push_empty", "no profiles received");
    this.admit(tenant, message.length);
    const pushes = [...byOwner].map(([owner, samples]) =>
      sink.push({ kind: "push", tenant, receivedAt, samples }, owner),
    );
    const settled = await Promise.allSettled(pushes);
    const outcomes = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    this.account(tenant, outcomes);
    const failed = settled.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const error = joinErrors(outcomes);
    if (error !== undefined) throw error;
  }

  /** @throws BasaltError `ingestion_rate_limited`. */
  private admit(tenant: TenantId, bytes: number): void {
    this.options.limiter.admit(tenant, bytes);
  }

  private account(tenant: TenantId, outcomes: readonly ProfileOutcome[]): void {
    for (const { compressedBytes, decompressedBytes } of outcomes) {
      // What was admitted by its size on the wire is charged by its size in memory.
      this.options.limiter.charge(tenant, Math.max(0, decompressedBytes - compressedBytes));
    }
    this.options.observer.pushed(tenant, outcomes);
  }
}

/** What is wrong with a profile is 422: 400 is for the parameters beside it. */
function ingestStatus({ rpcCode }: ErrorRecord): number | undefined {
  return rpcCodes[rpcCode].http === 400 || rpcCode === "unknown" ? 422 : undefined;
}

/** The profiles of a push in the order of the request, without copying them. */
function readSamples(message: Uint8Array, context: CallContext): readonly RawSample[] {
  const series =
    context.codec === "proto" ? parsePushRequest(message) : decodeMessage(pushV1.PushRequest, "json", message).series;
  const samples: RawSample[] = [];
  for (const [seriesIndex, one] of series.entries()) {
    for (const sample of one.samples) {
      const id = "ID" in sample ? sample.ID : sample.id;
      samples.push({ labels: one.labels, seriesIndex, ordinal: samples.length, id, profile: sample.rawProfile });
    }
  }
  return samples;
}

function serviceOf(labels: readonly Label[]): string {
  for (const { name, value } of labels) if (name === labelNames.service) return value;
  return unknownService;
}
