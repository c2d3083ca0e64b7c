import { tinyPprof } from "@basalt/test-kit";
import type { ServerAnswers } from "./server-answers.ts";

const hour = 3600;
const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
const heapType = "memory:inuse_space:bytes:space:bytes";
const goroutineType = "goroutines:goroutine:count:goroutine:count";

/** A profile drawn as text, of the service `shop` unless it names another. */
export interface Drawn {
  readonly type: string;
  readonly service?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds before the end. */
  readonly ago: number;
  readonly samples: string;
}

const beforeDeploy = { version: "1.0", team: "shopping", pod: "shop-0" };
const afterDeploy = { version: "1.1", team: "shopping", pod: "shop-1" };
/** Two versions, and two pods whose heaps and goroutines change. */
export const shop: readonly Drawn[] = [
  ...[9, 8.5, 6].map((hours) => ({
    type: cpuType,
    labels: beforeDeploy,
    ago: hours * hour + 31,
    samples: `main;serve;walk;walk;price ${hours * 1000}\nmain;serve 7 span_id=00f067aa0ba902b7\nmain;old 3\n40`,
  })),
  ...[4, 2, 1.9].map((hours) => ({
    type: cpuType,
    labels: afterDeploy,
    ago: hours * hour + 31,
    samples: `main;serve;walk;walk;walk;price ${hours * 900}\nmain;serve;tax;walk 5000\nmain;serve 7`,
  })),
  ...[0, 1].flatMap((pod) =>
    [10, 7, 3, 1].map((hours, i) => ({
      type: heapType,
      labels: { pod: `shop-${pod}` },
      ago: hours * hour + 13,
      samples: `main;cache;grow ${1000 + i * 500 * pod}\nmain;grow ${i * 7}\nmain;index;fill ${900 - 100 * i}`,
    })),
  ),
  ...[0, 1].flatMap((pod) =>
    [10, 7, 3, 1].map((hours, i) => ({
      type: goroutineType,
      labels: { pod: `shop-${pod}` },
      ago: hours * hour + 17,
      // Spawn grows, pool has a hole, steady stays, late begins late.
      samples: `spawn;wait ${2 + i * (pod + 1)}\n${i === 2 ? "" : `pool;wait ${5 + i}\n`}steady;wait 4\n${i > 1 ? "late;run 1\n" : ""}`,
    })),
  ),
];

/** Where drawn profiles go, and the end of their time, unix s. */
export interface PushTarget {
  readonly server: ServerAnswers;
  readonly endSeconds: number;
}

/** Pushes it, with more fields of the pprof at its end. */
export async function pushDrawn(
  to: PushTarget,
  { type, service = "shop", labels, ago, samples }: Drawn,
  more: readonly Uint8Array[] = [],
): Promise<void> {
  const [name = "", sampleType = "", unit = "", periodType = "", periodUnit = ""] = type.split(":");
  const timeNanos = BigInt(to.endSeconds - ago) * 1_000_000_000n;
  const types = { sampleTypes: [`${sampleType}:${unit}`], periodType: `${periodType}:${periodUnit}` };
  const rawProfile = Buffer.concat([tinyPprof({ samples, timeNanos, ...types }), ...more]).toString("base64");
  const pairs = Object.entries({ ...labels, __name__: name, service_name: service });
  const series = [{ labels: pairs.map(([key, value]) => ({ name: key, value })), samples: [{ rawProfile }] }];
  await to.server.asked("push.v1.PusherService/Push", { series });
}
