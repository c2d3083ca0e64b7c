/** A code of Connect, gRPC and their HTTP mapping, by its Connect name. */
export type RpcCode =
  | "canceled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated";

/** gRPC's number and the HTTP status that Connect gives each code. Source: the Connect protocol, "Error codes". */
export const rpcCodes: Readonly<Record<RpcCode, { readonly grpc: number; readonly http: number }>> = {
  canceled: { grpc: 1, http: 499 },
  unknown: { grpc: 2, http: 500 },
  invalid_argument: { grpc: 3, http: 400 },
  deadline_exceeded: { grpc: 4, http: 504 },
  not_found: { grpc: 5, http: 404 },
  already_exists: { grpc: 6, http: 409 },
  permission_denied: { grpc: 7, http: 403 },
  resource_exhausted: { grpc: 8, http: 429 },
  failed_precondition: { grpc: 9, http: 400 },
  aborted: { grpc: 10, http: 409 },
  out_of_range: { grpc: 11, http: 400 },
  unimplemented: { grpc: 12, http: 501 },
  internal: { grpc: 13, http: 500 },
  unavailable: { grpc: 14, http: 503 },
  data_loss: { grpc: 15, http: 500 },
  unauthenticated: { grpc: 16, http: 401 },
};

/**
 * Every stable error code of Basalt and the RPC code that clients see with it.
 * A code never changes its meaning; `docs/errors.md` explains each one, and a test compares the two.
 */
export const errorCodes = {
  // who asks
  tenant_missing: "unauthenticated",
  tenant_invalid: "invalid_argument",
  tenant_multiple: "unauthenticated",
  tenants_too_many: "invalid_argument",
  admin_only: "permission_denied",
  // what a request may look like
  request_malformed: "invalid_argument",
  request_too_large: "resource_exhausted",
  request_incomplete: "deadline_exceeded",
  route_not_found: "not_found",
  method_not_implemented: "unimplemented",
  compression_unsupported: "unimplemented",
  deadline_exceeded: "deadline_exceeded",
  canceled: "canceled",
  // pushed profiles
  push_empty: "invalid_argument",
  name_missing: "invalid_argument",
  name_invalid: "invalid_argument",
  time_invalid: "invalid_argument",
  format_unsupported: "invalid_argument",
  profile_malformed: "invalid_argument",
  batch_malformed: "invalid_argument",
  profile_too_large: "invalid_argument",
  profile_sample_limit: "invalid_argument",
  profile_sample_label_limit: "invalid_argument",
  profile_too_old: "invalid_argument",
  profile_too_new: "invalid_argument",
  labels_missing: "invalid_argument",
  labels_invalid: "invalid_argument",
  labels_duplicate: "invalid_argument",
  label_count_limit: "invalid_argument",
  label_name_too_long: "invalid_argument",
  label_value_too_long: "invalid_argument",
  ingestion_rate_limited: "resource_exhausted",
  series_limit_exceeded: "resource_exhausted",
  late_windows_limit: "resource_exhausted",
  head_full: "resource_exhausted",
  keys_full: "resource_exhausted",
  queue_full: "resource_exhausted",
  worker_lost: "unavailable",
  disk_full: "unavailable",
  shutting_down: "unavailable",
  not_ready: "unavailable",
  server_unreachable: "unavailable",
  // queries
  query_malformed: "invalid_argument",
  selector_malformed: "invalid_argument",
  profile_type_malformed: "invalid_argument",
  range_missing: "invalid_argument",
  range_reversed: "invalid_argument",
  range_too_long: "invalid_argument",
  max_nodes_limit: "invalid_argument",
  query_overtaken: "unavailable",
  query_timeout: "deadline_exceeded",
  query_bytes_limit: "resource_exhausted",
  query_memory_limit: "resource_exhausted",
  value_overflow: "out_of_range",
  query_unsupported: "unimplemented",
  // what is stored
  block_corrupt: "data_loss",
  block_version: "failed_precondition",
  import_mismatch: "data_loss",
  object_not_found: "not_found",
  object_key_invalid: "invalid_argument",
  range_beyond_object: "out_of_range",
  storage_unavailable: "unavailable",
  storage_denied: "internal",
  storage_refused: "internal",
  storage_bucket_missing: "failed_precondition",
  storage_unconditional: "failed_precondition",
  wal_corrupt: "data_loss",
  tree_malformed: "data_loss",
  data_folder_version: "failed_precondition",
  data_folder_in_use: "failed_precondition",
  // configuration
  config_invalid: "invalid_argument",
  internal: "internal",
} as const;

/** A stable error code; see `docs/errors.md`. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * Codes that only warn: something true about an answer that its numbers do not show. Codes of errors warn, too, where an
 * answer could be given without what failed. `docs/errors.md` explains each one, and a test compares the two.
 */
export const warningCodes = ["range_clamped", "window_unsettled"] as const;

/** The code of a warning; see `docs/errors.md`. */
export type WarningCode = ErrorCode | (typeof warningCodes)[number];

/** What may come with an error besides its code and message. */
export interface BasaltErrorOptions {
  /** Structured facts for logs and for `Retry-After`; never secrets. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  /** Seconds after which a retry may succeed; becomes the header `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Another RPC code than the table's, where clients of one endpoint expect it. */
  readonly rpcCode?: RpcCode;
  readonly cause?: unknown;
}

/**
 * A wrong input or a failing world. The message is lowercase, carries values and the flag of the limit, and no secret.
 * A wrong program is an `assert`, not a BasaltError.
 */
export class BasaltError extends Error {
  override readonly name = "BasaltError";
  readonly code: ErrorCode;
  readonly rpcCode: RpcCode;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: BasaltErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.rpcCode = options.rpcCode ?? errorCodes[code];
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The message as clients see it: it ends with the stable code in brackets. */
  get publicMessage(): string {
    return `${this.message} [${this.code}]`;
  }

  /** Turns anything thrown into a BasaltError; what is not one becomes `internal` and keeps its cause for the log. */
  static from(thrown: unknown): BasaltError {
    if (thrown instanceof BasaltError) return thrown;
    return new BasaltError("internal", "internal error", { cause: thrown });
  }
}

/** An error as it crosses a thread or a process: structured-cloneable. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly rpcCode: RpcCode;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly retryAfterSeconds: number | undefined;
}

/** Packs an error for a message; unknown ones arrive as `internal` with their text, which stays in logs. */
export function errorToRecord(thrown: unknown): ErrorRecord {
  const error = BasaltError.from(thrown);
  const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : undefined;
  return {
    code: error.code,
    message: error.message,
    rpcCode: error.rpcCode,
    details: cause === undefined ? error.details : { ...error.details, cause },
    retryAfterSeconds: error.retryAfterSeconds,
  };
}

/** The inverse of {@link errorToRecord}. */
export function errorFromRecord(record: ErrorRecord): BasaltError {
  const { code, message, rpcCode, details, retryAfterSeconds } = record;
  return new BasaltError(code, message, {
    rpcCode,
    details,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
