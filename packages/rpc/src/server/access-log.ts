import type { RequestRecord, ServerObserver } from "./observer.ts";

/** The part of a logger that the access log needs; pino's fits. */
export interface AccessLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Slower requests are told at `warn`, ms. */
const slowMs = 30_000;

/**
 * Writes one line a request: `debug` for what went well or was the client's fault, `warn` for 5xx and for slow ones,
 * `error` with the stack for what no code describes.
 */
export function accessLog(logger: AccessLogger): ServerObserver {
  const ignore = (): void => undefined;
  return {
    requestStarted: ignore,
    requestFinished: (record) => {
      const isBad = record.statusCode >= 500 || record.durationMs >= slowMs;
      const write = isBad ? "warn" : "debug";
      logger[write](fieldsOf(record), `${record.method} ${record.path} (${record.statusCode})`);
    },
    panicked: (record, thrown) => {
      logger.error({ ...fieldsOf(record), err: causeOf(thrown) }, `request failed: ${record.method} ${record.path}`);
    },
    connectionOpened: ignore,
    connectionClosed: ignore,
    connectionRefused: ignore,
  };
}

function fieldsOf(record: RequestRecord): object {
  const { tenant, route, protocol, durationMs, requestBytes, responseBytes, errorCode, errorMessage, peer } = record;
  return { tenant, route, protocol, durationMs, requestBytes, responseBytes, errorCode, errorMessage, peer };
}

/** What really happened stands behind a BasaltError `internal`. */
function causeOf(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
}
