import type { CounterMetric, GaugeMetric, HistogramMetric, Metric, Metrics } from "@basalt/runtime";
import { counterMetric, exponentialBuckets, gaugeMetric, histogramMetric } from "@basalt/runtime";
import type { ServerObserver } from "./observer.ts";

/** 256 B to 64 MiB in factors of four. */
const messageBytesBuckets = exponentialBuckets(256, 64 << 20, 10);

const requestDuration: HistogramMetric<"method" | "route" | "status_code" | "ws"> = histogramMetric({
  name: "pyroscope_request_duration_seconds",
  help: "Time from the headers of a request to its answer. For gRPC, status_code is the HTTP status of its code.",
  labels: ["method", "route", "status_code", "ws"],
});

const requestBytes: HistogramMetric<"method" | "route"> = histogramMetric({
  name: "pyroscope_request_message_bytes",
  help: "Size of request bodies as received.",
  labels: ["method", "route"],
  buckets: messageBytesBuckets,
});

const responseBytes: HistogramMetric<"method" | "route"> = histogramMetric({
  name: "pyroscope_response_message_bytes",
  help: "Size of answers as sent.",
  labels: ["method", "route"],
  buckets: messageBytesBuckets,
});

const inflight: GaugeMetric<"method" | "route"> = gaugeMetric({
  name: "pyroscope_inflight_requests",
  help: "Requests being served.",
  labels: ["method", "route"],
});

const connections: GaugeMetric<"protocol"> = gaugeMetric({
  name: "pyroscope_tcp_connections",
  help: "Open connections by protocol: http1 or http2.",
  labels: ["protocol"],
});

const refusedConnections: CounterMetric = counterMetric({
  name: "basalt_tcp_connections_refused_total",
  help: "Connections closed at once because of -server.http-conn-limit, or that the system could not accept.",
});

const refusedRequests: CounterMetric<"route" | "code"> = counterMetric({
  name: "basalt_request_errors_total",
  help: "Requests answered with an error, by its stable code.",
  labels: ["route", "code"],
});

const panics: CounterMetric = counterMetric({
  name: "pyroscope_panic_total",
  help: "Requests that failed for a reason that no code describes: faults of the program.",
});

/** Every metric of a server, for docs/metrics.md. */
export const serverMetrics: readonly Metric[] = [
  requestDuration,
  requestBytes,
  responseBytes,
  inflight,
  connections,
  refusedConnections,
  refusedRequests,
  panics,
];

/** Counts requests and connections. */
export function metricsObserver(metrics: Metrics): ServerObserver {
  const durationHistogram = metrics.histogram(requestDuration);
  const requestHistogram = metrics.histogram(requestBytes);
  const responseHistogram = metrics.histogram(responseBytes);
  const inflightGauge = metrics.gauge(inflight);
  const connectionGauge = metrics.gauge(connections);
  const refusedConnectionCounter = metrics.counter(refusedConnections);
  const refusedRequestCounter = metrics.counter(refusedRequests);
  const panicCounter = metrics.counter(panics);
  return {
    requestStarted: (method, route) => inflightGauge.add({ method, route }, 1),
    requestFinished: ({ method, route, statusCode, durationMs, errorCode, ...record }) => {
      inflightGauge.add({ method, route }, -1);
      durationHistogram.observe({ method, route, status_code: String(statusCode), ws: "false" }, durationMs / 1000);
      requestHistogram.observe({ method, route }, record.requestBytes);
      responseHistogram.observe({ method, route }, record.responseBytes);
      if (errorCode !== undefined) refusedRequestCounter.add({ route, code: errorCode });
    },
    panicked: () => panicCounter.add(),
    connectionOpened: (protocol) => connectionGauge.add({ protocol }, 1),
    connectionClosed: (protocol) => connectionGauge.add({ protocol }, -1),
    connectionRefused: () => refusedConnectionCounter.add(),
  };
}
