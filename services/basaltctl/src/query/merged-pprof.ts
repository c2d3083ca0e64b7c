import { PprofDecoder, type PprofLimits } from "@basalt/formats";
import { querierV1 } from "@basalt/rpc";
import { StackNames } from "../blocks/stack-names.ts";
import type { CommandContext } from "../command.ts";
import { ServerClient } from "../server/server-client.ts";
import { askedSelection } from "./selection.ts";

/** Asks for the merged profile, whole: the bytes of a pprof. */
export function mergedPprof(
  context: CommandContext,
): Promise<{ readonly bytes: Uint8Array; readonly isPartial: boolean }> {
  const request = querierV1.SelectMergeProfileRequest.create(askedSelection(context.config, context.clock));
  return new ServerClient(context).callForBytes(querierV1.QuerierServiceDefinition, "selectMergeProfile", request);
}

const unbounded = 2 ** 31 - 1;

/** An answer is bounded by its bytes; what a server merges may hold more of everything than one profile that is pushed. */
const limits: PprofLimits = {
  sampleTypeCountMax: 1,
  sampleCountMax: unbounded,
  frameCountMax: unbounded,
  sampleLabelCountMax: unbounded,
  stringCountMax: unbounded,
  functionCountMax: unbounded,
  mappingCountMax: unbounded,
  locationCountMax: unbounded,
  lineCountMax: unbounded,
};

/** Each stack of a pprof, names from the root, with its value. */
export function* stacksOf(bytes: Uint8Array): Generator<{ readonly stack: readonly string[]; readonly value: bigint }> {
  const columns = new PprofDecoder().decode(bytes, limits);
  const names = new StackNames(columns);
  const { sampleCount, stackStart, stackLocation, values } = columns;
  for (let i = 0; i < sampleCount; i++) {
    const stack = names.of(stackLocation.subarray(stackStart[i], stackStart[i + 1]));
    yield { stack, value: BigInt(values[i] as number | bigint) };
  }
}
