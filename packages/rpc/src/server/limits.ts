/** What a server bears. Each limit has a defined behaviour at the bound. */
export interface ServerLimits {
  /** Open connections; more are closed at once. */
  readonly connectionsMax: number;
  /** Streams of one HTTP/2 connection; more are refused by the protocol. */
  readonly streamsPerConnectionMax: number;
  /** Bytes of all request headers; more get 431, or the stream is refused. */
  readonly headerBytesMax: number;
  /** Bytes of a request body or message, before and after decompression, unless its route says otherwise. */
  readonly requestBytesMax: number;
  /** Bytes of the bodies of all requests being served, as received and as inflated; more get `queue_full`, except a body that comes alone. */
  readonly requestBytesInFlightMax: number;
  /** Time to see which protocol a new connection speaks, ms; then it is closed. */
  readonly sniffMs: number;
  /** Time to receive the headers, ms; then 408 and close. */
  readonly headersMs: number;
  /** Time to receive a body, ms; then `request_incomplete`. */
  readonly bodyMs: number;
  /** Time for a client to take an answer, ms; then it is cut off. */
  readonly sendMs: number;
  /** Time an idle connection is kept, ms. */
  readonly idleMs: number;
  /** Answers smaller than this are not compressed, bytes. */
  readonly gzipBytesMin: number;
  /** Bytes of an unwanted body that are still read, so that its sender sees the answer; then the connection closes. */
  readonly drainBytesMax: number;
  /** Time for the same, ms. */
  readonly drainMs: number;
}

/** Limits of a server that says nothing else. */
export const serverLimitsDefault: ServerLimits = {
  connectionsMax: 10_000,
  streamsPerConnectionMax: 250,
  headerBytesMax: 16 << 10,
  /** Queries are small; pushes name their own limit. */
  requestBytesMax: 16 << 20,
  /** One body of the largest push limit (256 MiB) beside the usual ones would be too much for the target of 350 MiB. */
  requestBytesInFlightMax: 128 << 20,
  sniffMs: 10_000,
  headersMs: 10_000,
  bodyMs: 30_000,
  sendMs: 60_000,
  /** Longer than the 90 s of Go's client pool, so that the client closes first and no request is lost. */
  idleMs: 120_000,
  /** Below about one packet nothing is won. */
  gzipBytesMin: 1400,
  drainBytesMax: 16 << 20,
  drainMs: 3000,
};
