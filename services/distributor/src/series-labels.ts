import type { Label, Labels } from "@basalt/model";
import { BasaltError, labelNames, sortLabels } from "@basalt/model";

/** The service of a push that names none. */
export const unknownService = "unknown_service";

/** Limits on the labels of one series; 0 switches one off. */
export interface LabelLimits {
  readonly labelNamesMax: number;
  readonly labelNameLengthMax: number;
  readonly labelValueLengthMax: number;
}

/**
 * The series labels of a profile pushed through `/ingest`: the metric, the SDK, the service and the user's own.
 * Private names (`__…`) of the user are dropped, all but the session, as Pyroscope does.
 */
export function ingestLabels(app: string, given: readonly Label[], metric: string, spyName: string): readonly Label[] {
  const metricGiven = given.find(({ name }) => name === labelNames.name)?.value;
  const kept = given.filter(({ name }) => !name.startsWith("__"));
  const hasService = kept.some(({ name }) => name === labelNames.service);
  const session = given.find(({ name }) => name === labelNames.session);
  return [
    { name: labelNames.name, value: metricGiven ?? metric },
    { name: labelNames.spy, value: spyName },
    ...(session === undefined ? [] : [session]),
    ...(hasService ? [] : [{ name: labelNames.service, value: app }]),
    ...kept,
  ];
}

const godeltaprof = /^godeltaprof_(.*)$/s;

/**
 * Puts the labels of a push into the form in which they are stored: sorted, a service always there, `godeltaprof_` names
 * normalised, `__delta__` stripped (values are stored as sent; nothing is subtracted).
 *
 * @param sessionsMax into how many series `__session_id__` may split one; 0 strips it.
 * @throws BasaltError `labels_duplicate`.
 */
export function normaliseLabels(given: readonly Label[], sessionsMax: number): Labels {
  const kept = given.filter(({ name }) => !strippedNames.has(name));
  const session = given.find(({ name }) => name === labelNames.session);
  const folded = session === undefined ? undefined : foldSession(session.value, sessionsMax);
  if (folded !== undefined) kept.push({ name: labelNames.session, value: folded });
  const metric = kept.find(({ name }) => name === labelNames.name)?.value;
  const service = kept.find(({ name }) => name === labelNames.service)?.value;
  if (service === undefined) kept.push({ name: labelNames.service, value: unknownService });
  const renamed = renameMetric(kept, metric);
  return sortLabels(renamed);
}

const strippedNames: ReadonlySet<string> = new Set([
  labelNames.delta,
  labelNames.session,
  labelNames.privateService,
  labelNames.profileType,
  labelNames.unit,
  labelNames.periodType,
  labelNames.periodUnit,
  "__otel__",
  "__order__",
]);

/** The session modulo the limit: 16 hex digits, eight bytes little-endian; undefined if it is none. */
function foldSession(session: string, sessionsMax: number): string | undefined {
  if (sessionsMax <= 0 || !/^[0-9a-fA-F]{16}$/.test(session)) return undefined;
  const bytes = Buffer.from(session, "hex");
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(0) % BigInt(sessionsMax), 0);
  return bytes.toString("hex");
}

/** The two default relabelling rules of Pyroscope; the old name is kept in `__name_replaced__`. */
function renameMetric(labels: readonly Label[], metric: string | undefined): readonly Label[] {
  const type = labels.find(({ name }) => name === labelNames.type)?.value;
  const untyped = labels.filter(({ name }) => name !== labelNames.type);
  if (metric === undefined) return untyped;
  const delta = godeltaprof.exec(metric)?.[1];
  const isWallCpu = metric === "wall" && type === "cpu";
  const replaced = delta ?? (isWallCpu ? "process_cpu" : undefined);
  if (replaced === undefined) return untyped;
  const others = untyped.filter(({ name }) => name !== labelNames.name && name !== "__name_replaced__");
  return [...others, { name: labelNames.name, value: replaced }, { name: "__name_replaced__", value: metric }];
}

/**
 * Checks the labels of one series, in Pyroscope's order. Names may be any non-empty valid UTF-8.
 *
 * @throws BasaltError `labels_missing`, `label_count_limit`, `labels_invalid`, `label_name_too_long`, `label_value_too_long`.
 */
export function validateLabels(labels: Labels, limits: LabelLimits): void {
  if (labels.length === 0) throw new BasaltError("labels_missing", "a series has no labels");
  if (limits.labelNamesMax > 0 && labels.length > limits.labelNamesMax) {
    throw new BasaltError(
      "label_count_limit",
      `a series has ${labels.length} labels, over ${limits.labelNamesMax} (-validation.max-label-names-per-series)`,
    );
  }
  const metric = labels.find(({ name }) => name === labelNames.name)?.value ?? "";
  if (metric === "") throw new BasaltError("labels_invalid", "a series has no profile name (label __name__)");
  if (metric.includes(":")) {
    const text = JSON.stringify(metric.slice(0, 100));
    // It is the first of the five parts of a profile type's id: no query could name the series.
    throw new BasaltError("labels_invalid", `profile name ${text} (label __name__) contains ":"`);
  }
  const service = labels.find(({ name }) => name === labelNames.service)?.value ?? "";
  if (service === "") throw new BasaltError("labels_missing", "service name is not provided (label service_name)");
  for (const label of labels) validateLabel(label, limits);
}

const utf8 = new TextEncoder();

function validateLabel({ name, value }: Label, limits: LabelLimits): void {
  if (name === "" || !name.isWellFormed()) {
    throw new BasaltError(
      "labels_invalid",
      `label name ${JSON.stringify(name.slice(0, 80))} is empty or no valid UTF-8`,
    );
  }
  if (!value.isWellFormed()) throw new BasaltError("labels_invalid", `the value of label ${name} is no valid UTF-8`);
  const nameBytes = byteLength(name);
  if (limits.labelNameLengthMax > 0 && nameBytes > limits.labelNameLengthMax) {
    throw new BasaltError(
      "label_name_too_long",
      `label name ${JSON.stringify(name.slice(0, 80))} of ${nameBytes} bytes is over ${limits.labelNameLengthMax} (-validation.max-length-label-name)`,
    );
  }
  const valueBytes = byteLength(value);
  if (limits.labelValueLengthMax > 0 && valueBytes > limits.labelValueLengthMax) {
    throw new BasaltError(
      "label_value_too_long",
      `the value of label ${name} of ${valueBytes} bytes is over ${limits.labelValueLengthMax} (-validation.max-length-label-value)`,
    );
  }
}

/** UTF-8 bytes; a text of n units has at least n, so the exact count is only needed near a limit. */
function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return utf8.encode(text).length;
  return text.length;
}
