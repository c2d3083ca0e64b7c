import type { RepairReport } from "@basalt/formats";
import type { ErrorRecord, Label, TenantId, UnixNano } from "@basalt/model";
import type { IngestParameters } from "./ingest-parameters.ts";

/** One body of `POST /ingest` on its way to a worker: plain data, its bytes transferred. */
export interface RawIngest {
  readonly kind: "ingest";
  readonly tenant: TenantId;
  /** Clock of the distributor when it came; stands in for times that the client left out. */
  readonly receivedAt: UnixNano;
  readonly parameters: IngestParameters;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** One profile of a `PushRequest`. */
export interface RawSample {
  readonly labels: readonly Label[];
  /** Position of its series in the request, for error texts. */
  readonly seriesIndex: number;
  /** Position of the profile in its body: part of its identity. */
  readonly ordinal: number;
  /** The client's `ID`; may be empty. */
  readonly id: string;
  readonly profile: Uint8Array;
}

/** Profiles of one `PushRequest` that go to one worker. */
export interface RawSeries {
  readonly kind: "push";
  readonly tenant: TenantId;
  readonly receivedAt: UnixNano;
  readonly samples: readonly RawSample[];
}

/** What a distributor takes in before any profile is decoded. */
export type RawPush = RawIngest | RawSeries;

/** What became of one profile. Counts feed metrics; `error` says that nothing of it was stored. */
export interface ProfileOutcome {
  readonly seriesIndex: number;
  readonly id: string;
  readonly error?: ErrorRecord;
  /** The profile's name, such as `process_cpu`; empty when it was not found out. */
  readonly type: string;
  readonly compressedBytes: number;
  readonly decompressedBytes: number;
  readonly sampleCount: number;
  /** What was mended or left out of a profile; absent when nothing was. */
  readonly repairs?: RepairReport;
}
