import type { Config } from "../config/config.ts";
import type { Environment } from "../config/expand-environment.ts";
import type { Setting } from "../config/setting.ts";
import { setting } from "../config/setting.ts";
import type { Tracer } from "./tracer.ts";
import { silentTracer } from "./tracer.ts";

/** The settings of tracing. */
export const tracingSettings: {
  readonly enabled: Setting<boolean>;
  readonly endpoint: Setting<string>;
  readonly sampleRatio: Setting<number>;
} = {
  enabled: setting({
    path: "tracing.enabled",
    flag: "tracing.enabled",
    type: "bool",
    default: true,
    description: "Traces are sent where an endpoint is configured.",
  }),
  endpoint: setting({
    path: "tracing.otlp_endpoint",
    flag: "tracing.otlp-endpoint",
    type: "string",
    default: "",
    description:
      "Base URL of an OpenTelemetry collector that takes OTLP over HTTP, such as http://localhost:4318; empty = what OTEL_EXPORTER_OTLP_ENDPOINT says, if anything.",
  }),
  sampleRatio: setting({
    path: "tracing.sample_ratio",
    flag: "tracing.sample-ratio",
    type: "float",
    default: 1,
    min: 0,
    max: 1,
    description:
      "Share of the traces begun here that are recorded; those begun elsewhere are recorded when they were there.",
  }),
};

/** The variables of OpenTelemetry that name an endpoint; its exporter reads them itself. */
const endpointVariables = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/** A tracer as configured. OpenTelemetry is loaded only where traces have somewhere to go: it takes some 15 MB of RSS. */
export async function createTracer(config: Config, environment: Environment, version: string): Promise<Tracer> {
  const endpoint = config.get(tracingSettings.endpoint);
  const hasEndpoint = endpoint !== "" || endpointVariables.some((name) => (environment[name] ?? "") !== "");
  if (!config.get(tracingSettings.enabled) || !hasEndpoint) return silentTracer;
  const { OtlpTracer } = await import("./otlp-tracer.ts");
  return new OtlpTracer({
    serviceName: environment["OTEL_SERVICE_NAME"] ?? "basalt",
    version,
    sampleRatio: config.get(tracingSettings.sampleRatio),
    ...(endpoint === "" ? {} : { url: `${endpoint.replace(/\/$/, "")}/v1/traces` }),
  });
}
