import type { ProfileColumns } from "@basalt/model";
import { BasaltError } from "@basalt/model";
import type { CallContext, HttpRequest, HttpResponse, HttpRoute } from "@basalt/rpc";
import type { Clock } from "@basalt/runtime";
import { processCpuProfile, processHeapProfile } from "@basalt/runtime";
import { gzippedPprof } from "../self-profile.ts";

/** As Go's `/debug/pprof/profile` has it when nothing is said. */
const cpuSecondsDefault = 30;

/** Heap sampling starts with the first request: it waits for allocations, later ones need not. */
const heapSecondsDefault = 5;

/** Ten minutes of samples of twenty busy threads are 24 MB. */
const secondsMax = 600;

/** `/debug/pprof/{profile,heap}?seconds=N` of this process, all threads, as gzipped pprof. */
export function profilingRoutes(clock: Clock): readonly HttpRoute[] {
  return [
    route("profile", (request, { signal }) => processCpuProfile(clock, durationMs(request, cpuSecondsDefault), signal)),
    route("heap", (request, { signal }) => processHeapProfile(clock, durationMs(request, heapSecondsDefault), signal)),
  ];
}

function route(name: string, take: (request: HttpRequest, context: CallContext) => Promise<ProfileColumns>): HttpRoute {
  return {
    path: `/debug/pprof/${name}`,
    methods: ["GET"],
    tenancy: "none",
    handle: async (request, context): Promise<HttpResponse> => ({
      status: 200,
      headers: {
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename="${name}.pb.gz"`,
      },
      body: await gzippedPprof(await take(request, context)),
    }),
  };
}

/** @throws BasaltError `request_malformed`. */
function durationMs(request: HttpRequest, secondsDefault: number): number {
  const text = request.query.get("seconds");
  const seconds = text === null ? secondsDefault : Number(text);
  if (!(seconds > 0 && seconds <= secondsMax)) {
    throw new BasaltError("request_malformed", `seconds must be a number up to ${secondsMax}`);
  }
  return seconds * 1000;
}
