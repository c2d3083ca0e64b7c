import type { ProfileColumns } from "@basalt/model";
import { gzip } from "@basalt/runtime";

/** A profile of this process as pprof. The encoder loads with the first one: most processes are never asked. */
export async function gzippedPprof(profile: ProfileColumns): Promise<Uint8Array> {
  const { encodePprof } = await import("@basalt/formats");
  return gzip(encodePprof(profile));
}
