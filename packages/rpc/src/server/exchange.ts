import type { HeaderFields } from "../headers.ts";
import type { BodyShare } from "./body-budget.ts";

/** Outgoing header fields; names in lower case. */
export type OutgoingHeaders = Record<string, string | readonly string[]>;

/** One answer as it goes out. */
export interface WireReply {
  readonly status: number;
  readonly headers: OutgoingHeaders;
  readonly body: Uint8Array | undefined;
  /** HTTP/2 only. */
  readonly trailers?: OutgoingHeaders;
}

/** One request and its answer, whichever HTTP version carries it. */
export interface Exchange {
  readonly httpVersion: 1 | 2;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: HeaderFields;
  /** Address of the client. */
  readonly peer: string;
  /** Counts the bytes of the request in memory, until its handler has ended. */
  readonly share: BodyShare;
  /** Bytes of the body read so far. */
  readonly bytesRead: number;
  /**
   * Reads the whole body into a buffer of its own. Once only.
   *
   * @throws BasaltError `request_too_large`, `queue_full`, `request_incomplete` (too slow, or the client is gone).
   */
  readBody(bytesMax: number): Promise<Uint8Array>;
  /** Sends the answer, and sees to what is left of the request. Once only; nothing happens if the client is gone. */
  send(reply: WireReply): void;
  /** Calls once if the client goes away before the answer is sent. */
  onGone(listener: () => void): void;
  /** Ends the request without an answer. */
  destroy(): void;
}
