import { BasaltError } from "@basalt/model";
import {
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
  HealthDefinition,
} from "./gen/grpc/health/v1/health.ts";
import { type Service, service } from "./service.ts";

/** What health checks ask. */
export interface HealthOptions {
  /** Whether the process can serve. */
  readonly isReady: () => boolean | Promise<boolean>;
  /** Services that may be asked for by name; their health is the process's. */
  readonly services: readonly Service[];
}

/** `grpc.health.v1.Health/Check`: the empty name asks for the whole process. */
export function healthService({ isReady, services }: HealthOptions): Service<typeof HealthDefinition> {
  const names = new Set(["", HealthDefinition.fullName, ...services.map(({ definition }) => definition.fullName)]);
  const check = async (request: { service: string }): Promise<HealthCheckResponse> => {
    if (!names.has(request.service)) {
      const name = JSON.stringify(request.service.slice(0, 200));
      throw new BasaltError("route_not_found", `unknown service ${name}`);
    }
    const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
    return { status: (await isReady()) ? SERVING : NOT_SERVING };
  };
  return service(HealthDefinition, { check }, { tenancy: "none" });
}
