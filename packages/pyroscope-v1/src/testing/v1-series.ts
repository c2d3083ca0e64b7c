import { type Label, parseProfileType, profileTypeLabels } from "@basalt/model";

export const cpuType = "process_cpu:cpu:nanoseconds:cpu:nanoseconds";
export const heapType = "memory:inuse_space:bytes:space:bytes";

/** Labels as Pyroscope v1 writes them. */
export function v1Series(profileType: string, service: string, others: Readonly<Record<string, string>> = {}): Label[] {
  return [
    ...profileTypeLabels(parseProfileType(profileType)),
    { name: "__service_name__", value: service },
    { name: "service_name", value: service },
    ...Object.entries(others).map(([name, value]) => ({ name, value })),
  ];
}
