import type { LogFields, Logger } from "@basalt/runtime";
import type { RequestRecord, ServerObserver } from "./observer.ts";

/** Slower requests are told at `warn`, ms. */
const slowMs = 30_000;

/**
 * Writes one line a request: `debug` for what went well or was the client's fault, `warn` for 5xx and for slow ones,
 * `error` with the stack for what no code describes.
 */
export function accessLog(logger: Logger): ServerObserver {
  const ignore = (): void => undefined;
  return {
    requestStarted: ignore,
    requestFinished: (record) => {
      const isBad = record.statusCode >= 500 || record.durationMs >= slowMs;
      const write = isBad ? "warn" : "debug";
      logger[write](`${record.method} ${record.path} (${record.statusCode})`, fieldsOf(record));
    },
    panicked: (record, thrown) => {
      logger.error(`request failed: ${record.method} ${record.path}`, { ...fieldsOf(record), error: causeOf(thrown) });
    },
    connectionOpened: ignore,
    connectionClosed: ignore,
    connectionRefused: (error) => {
      if (error !== undefined) logger.warn("a connection could not be accepted", { error });
    },
  };
}

function fieldsOf(record: RequestRecord): LogFields {
  const { tenant, route, protocol, durationMs, requestBytes, responseBytes, errorCode, errorMessage, peer } = record;
  return {
    tenant,
    route,
    protocol,
    duration_ms: Math.round(durationMs * 1000) / 1000,
    request_bytes: requestBytes,
    response_bytes: responseBytes,
    code: errorCode,
    reason: errorMessage,
    peer,
  };
}

/** What really happened stands behind a BasaltError `internal`. */
function causeOf(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  return thrown.cause instanceof Error ? thrown.cause : thrown;
}
