import process from "node:process";
import type { HttpResponse, HttpRoute } from "@basalt/rpc";
import { jsonResponse, textResponse } from "@basalt/rpc";
import type { BuildInfo, Surroundings } from "@basalt/runtime";
import { Config, ConfigSchema, configYaml, metricsContentType } from "@basalt/runtime";

/** What the status routes tell of. */
export type StatusSurroundings = Pick<Surroundings, "config" | "schema" | "build" | "readiness" | "metrics">;

/** Routes that every process has, without tenants: readiness, metrics, build and configuration. */
export function statusRoutes(surroundings: StatusSurroundings): readonly HttpRoute[] {
  const { config, schema, build, readiness, metrics } = surroundings;
  const get = (path: string, answer: () => HttpResponse | Promise<HttpResponse>): HttpRoute => ({
    path,
    methods: ["GET"],
    tenancy: "none",
    handle: async () => answer(),
  });
  const yaml = async (shown: ConfigSchema, values: Config): Promise<HttpResponse> =>
    textResponse(await configYaml(shown, values));
  return [
    get("/ready", async () => {
      const { isReady, text } = await readiness();
      return textResponse(text, isReady ? 200 : 503);
    }),
    get("/metrics", async () => ({
      status: 200,
      headers: { "content-type": metricsContentType },
      body: await metrics.text(),
    })),
    get("/api/v1/status/buildinfo", () => jsonResponse({ status: "success", data: buildData(build) })),
    get("/api/v1/status/config", () => yaml(schema, config)),
    get("/api/v1/status/config/default", () => yaml(schema, Config.of(schema.settings))),
    get("/api/v1/status/config/diff", () => yaml(changedSettings(schema, config), config)),
  ];
}

/** The settings whose value is not the default. */
function changedSettings(schema: ConfigSchema, config: Config): ConfigSchema {
  return new ConfigSchema(
    schema.settings.filter((one) => one.type.show(config.get(one)) !== one.type.show(one.defaultValue)),
  );
}

/** The fields that Grafana reads; there is no Go here, so its version is Node's. */
function buildData(build: BuildInfo): Readonly<Record<string, string>> {
  const { version, revision, branch } = build;
  return { version, revision, branch, buildUser: "", buildDate: "", goVersion: `node ${process.versions.node}` };
}
