import type { Inflate, RepairReport } from "@basalt/formats";
import {
  adaptToClient,
  decompress,
  metricName,
  PprofDecoder,
  ProfileRepairer,
  parseSampleTypeConfig,
  validateProfile,
} from "@basalt/formats";
import type { Allocate, Label, Labels, ProfileColumns, SeriesBatch, TenantId, UnixNano } from "@basalt/model";
import { BasaltError, encodeSeriesBatch, errorToRecord, labelNames, labelValue, nanosPerMilli } from "@basalt/model";
import type { LimitsSource, TenantLimits } from "@basalt/runtime";
import { buildBatch, reservedSampleLabels } from "./batch-builder.ts";
import { readIngestBody } from "./ingest-body.ts";
import { type ProfileIdentity, profileIdOf, type Sha256 } from "./profile-id.ts";
import type { ProfileOutcome, RawIngest, RawPush, RawSample } from "./raw-push.ts";
import { ingestLabels, normaliseLabels, validateLabels } from "./series-labels.ts";
import { type SplitSamples, splitSamples } from "./split.ts";

/** What decoding needs from its surroundings. */
export interface ProcessorOptions {
  readonly limits: LimitsSource;
  readonly inflate: Inflate;
  readonly sha256: Sha256;
  readonly checksum: (bytes: Uint8Array) => number;
  /** Gives memory for encoded batches; who takes a batch may give it back. */
  readonly allocate?: Allocate;
}

/** One profile after decoding: what became of it, and the batch to store. */
export interface ProcessedProfile {
  readonly outcome: ProfileOutcome;
  /** What is to be stored; absent when nothing is. */
  readonly batch?: EncodedBatch;
}

/** A batch in its encoding and as columns. */
export interface EncodedBatch {
  readonly bytes: Uint8Array;
  /** The same; its columns are scratch, valid until the next profile is processed. */
  readonly columns: SeriesBatch;
}

/** One raw profile with everything that was said beside it. */
interface Submitted {
  readonly identity: Omit<ProfileIdentity, "labels" | "profile">;
  readonly receivedAt: UnixNano;
  readonly profile: Uint8Array;
  readonly seriesIndex: number;
  /** What the client's dialect asks for, before anything is checked. */
  readonly adapt: (columns: ProfileColumns) => ProfileColumns;
  /** Labels as received; of `/ingest` they depend on the decoded profile. */
  readonly labelsOf: (columns: ProfileColumns) => readonly Label[];
  readonly identityLabels: readonly Label[];
  readonly spyName: string;
  /** Takes the place of a time that the profile leaves out. */
  readonly fallbackTime: UnixNano;
  readonly hasFallbackTime: boolean;
}

/**
 * Turns raw pushes into series batches: inflates, decodes, validates, repairs, splits, names and encodes. Synchronous and
 * without state but its buffers; one instance a thread.
 */
export class ProfileProcessor {
  private readonly decoder = new PprofDecoder();
  private readonly repairer = new ProfileRepairer();
  private readonly options: ProcessorOptions;

  constructor(options: ProcessorOptions) {
    this.options = options;
  }

  /**
   * One result per profile of the push, in its order; a profile is decoded when its result is asked for. One that is refused
   * does not keep the others back.
   */
  *process(push: RawPush): Generator<ProcessedProfile, void, void> {
    if (push.kind === "ingest") yield this.processOne(push.tenant, () => submittedIngest(push));
    else for (const sample of push.samples) yield this.processOne(push.tenant, () => submittedSample(push, sample));
  }

  private processOne(tenant: TenantId, submit: () => Submitted | undefined): ProcessedProfile {
    const tally = new Tally();
    try {
      const submitted = submit();
      if (submitted === undefined) return { outcome: tally.outcome() };
      tally.describe(submitted);
      const batch = this.convert(tenant, submitted, tally);
      return batch === undefined ? { outcome: tally.outcome() } : { outcome: tally.outcome(), batch };
    } catch (error) {
      return { outcome: { ...tally.outcome(), error: errorToRecord(error) } };
    }
  }

  private convert(tenant: TenantId, submitted: Submitted, tally: Tally): EncodedBatch | undefined {
    const limits = this.options.limits.limitsFor(tenant);
    const raw = decompress(submitted.profile, limits.profileSizeBytesMax, this.options.inflate);
    tally.decompressedBytes = raw.length;
    const decoded = submitted.adapt(this.decoder.decode(raw));
    tally.sampleCount = decoded.sampleCount;
    const labels = normaliseLabels(submitted.labelsOf(decoded), limits.sessionsPerSeriesMax);
    tally.type = labelValue(labels, labelNames.name) ?? "";
    const time = timeOf(decoded, submitted);
    checkTime(time.nanos, submitted.receivedAt, limits);
    validateProfile(decoded, {
      sampleCountMax: limits.profileSampleCountMax,
      sampleLabelCountMax: limits.profileSampleLabelCountMax,
    });
    const columns = this.repair(decoded, submitted, limits, tally);
    if (columns.sampleCount === 0) return undefined;
    const split = splitSamples(columns, droppedLabels(labels, limits));
    checkLabels(labels, split, limits);
    const timeText = time.isStamp ? `${submitted.identity.timeText}\xff${time.nanos}` : submitted.identity.timeText;
    const identity = { ...submitted.identity, timeText, labels: submitted.identityLabels, profile: submitted.profile };
    const profileId = profileIdOf(identity, this.options.sha256);
    const service = labelValue(labels, labelNames.service) ?? "";
    const batch = buildBatch(columns, { tenant, service, profileId, timeNanos: time.nanos, labels, split });
    if (batch.rows.length === 0) return undefined;
    return { bytes: encodeSeriesBatch(batch, this.options.checksum, this.options.allocate), columns: batch };
  }

  private repair(decoded: ProfileColumns, submitted: Submitted, limits: TenantLimits, tally: Tally): ProfileColumns {
    const { columns, report } = this.repairer.repair(decoded, {
      spyName: submitted.spyName,
      stackDepthMax: limits.profileStackDepthMax,
      symbolBytesMax: limits.profileSymbolLengthMax,
    });
    tally.repairs = report;
    return columns;
  }
}

/** Counts what metrics want to know of one profile, also of one that is refused half-way. */
class Tally {
  type = "";
  decompressedBytes = 0;
  sampleCount = 0;
  repairs: RepairReport | undefined;
  private compressedBytes = 0;
  private seriesIndex = 0;
  private id = "";

  describe(submitted: Submitted): void {
    this.compressedBytes = submitted.profile.length;
    this.seriesIndex = submitted.seriesIndex;
    this.id = submitted.identity.clientId;
  }

  outcome(): ProfileOutcome {
    const { type, decompressedBytes, sampleCount, repairs, compressedBytes, seriesIndex, id } = this;
    const outcome = { type, decompressedBytes, sampleCount, compressedBytes, seriesIndex, id };
    return repairs === undefined || isNothing(repairs) ? outcome : { ...outcome, repairs };
  }
}

/** The common case, which then costs nothing on its way to the metrics. */
function isNothing(repairs: RepairReport): boolean {
  const { negativeSampleCount, truncatedStackCount, emptyStackCount, repairedStackCount, shortenedStringCount } =
    repairs;
  return negativeSampleCount + truncatedStackCount + emptyStackCount + repairedStackCount + shortenedStringCount === 0;
}

/** Undefined for a body without a profile: the client had nothing to say. */
function submittedIngest(push: RawIngest): Submitted | undefined {
  const { parameters, tenant } = push;
  const { profile, sampleTypeConfig } = readIngestBody(push);
  if (profile.length === 0) return undefined;
  const config = parseSampleTypeConfig(sampleTypeConfig ?? new Uint8Array(0));
  const client = { spyName: parameters.spyName, sampleTypeConfig: config };
  const { app, labels } = parameters.name;
  return {
    identity: { tenant, timeText: parameters.timeText, clientId: "", ordinal: 0 },
    receivedAt: push.receivedAt,
    profile,
    seriesIndex: 0,
    adapt: (columns) => adaptToClient(columns, client),
    labelsOf: (columns) => ingestLabels(app, labels, metricName(columns, config), parameters.spyName),
    identityLabels: [{ name: labelNames.privateService, value: app }, ...labels],
    spyName: parameters.spyName,
    fallbackTime: parameters.from,
    hasFallbackTime: parameters.hasFrom,
  };
}

function submittedSample(
  push: { readonly tenant: TenantId; readonly receivedAt: UnixNano },
  sample: RawSample,
): Submitted {
  return {
    identity: { tenant: push.tenant, timeText: "", clientId: sample.id, ordinal: sample.ordinal },
    receivedAt: push.receivedAt,
    profile: sample.profile,
    seriesIndex: sample.seriesIndex,
    adapt: (columns) => columns,
    labelsOf: () => sample.labels,
    identityLabels: sample.labels,
    spyName: spyOf(sample.labels),
    fallbackTime: push.receivedAt,
    hasFallbackTime: false,
  };
}

function spyOf(labels: readonly Label[]): string {
  for (const { name, value } of labels) if (name === labelNames.spy || name === "spy_name") return value;
  return "";
}

/** One year: old SDKs send times of 1970, which are none. */
const epochYearNanos = 31_536_000_000_000_000n;

interface ProfileTime {
  readonly nanos: UnixNano;
  /** Whether the distributor's clock stands in: then it enters the identity. */
  readonly isStamp: boolean;
}

function timeOf(columns: ProfileColumns, submitted: Submitted): ProfileTime {
  if (columns.timeNanos >= epochYearNanos) return { nanos: columns.timeNanos, isStamp: false };
  return { nanos: submitted.fallbackTime, isStamp: !submitted.hasFallbackTime };
}

function checkTime(time: UnixNano, now: UnixNano, limits: TenantLimits): void {
  const { rejectNewerThanMs, rejectOlderThanMs } = limits;
  if (rejectNewerThanMs > 0 && time > now + BigInt(rejectNewerThanMs) * nanosPerMilli) {
    const message = `profile time ${time} is more than ${rejectNewerThanMs} ms ahead of the server's ${now} (-validation.reject-newer-than)`;
    throw new BasaltError("profile_too_new", message);
  }
  if (rejectOlderThanMs > 0 && time < now - BigInt(rejectOlderThanMs) * nanosPerMilli) {
    const message = `profile time ${time} is more than ${rejectOlderThanMs} ms behind the server's ${now} (-validation.reject-older-than)`;
    throw new BasaltError("profile_too_old", message);
  }
}

/** The drop-list, reserved names, and names that the series has itself: those win. */
function droppedLabels(labels: Labels, limits: TenantLimits): ReadonlySet<string> {
  return new Set([...limits.dropSampleLabels, ...reservedSampleLabels, ...labels.map(({ name }) => name)]);
}

function checkLabels(labels: Labels, split: SplitSamples, limits: TenantLimits): void {
  const bounds = {
    labelNamesMax: limits.labelNamesPerSeriesMax,
    labelNameLengthMax: limits.labelNameLengthMax,
    labelValueLengthMax: limits.labelValueLengthMax,
  };
  for (const group of split.groups) validateLabels([...labels, ...group.labels], bounds);
}
