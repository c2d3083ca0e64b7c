import type { ProtocolName } from "../call-context.ts";

/** What is known of a request once it is answered. */
export interface RequestRecord {
  readonly method: string;
  /** The name of the route; `notfound` if there is none. */
  readonly route: string;
  /** Path as sent, without the query: it may hold what is private. */
  readonly path: string;
  readonly protocol: ProtocolName;
  /** The HTTP status; for gRPC the one that belongs to its code, so that failures show. */
  readonly statusCode: number;
  /** The stable code of the error; undefined on success. */
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Joined by `|`; empty on open routes. */
  readonly tenant: string;
  readonly peer: string;
}

/** Sees each request and connection: metrics, access log. Called on the hot path. */
export interface ServerObserver {
  requestStarted(method: string, route: string): void;
  requestFinished(record: RequestRecord): void;
  /** A handler threw what it should not have; the client sees `internal` alone. */
  panicked(record: RequestRecord, thrown: unknown): void;
  connectionOpened(protocol: "http1" | "http2"): void;
  connectionClosed(protocol: "http1" | "http2"): void;
  /** Closed at once, because there are too many; with an error, because the system could not take it. */
  connectionRefused(error?: Error): void;
}
