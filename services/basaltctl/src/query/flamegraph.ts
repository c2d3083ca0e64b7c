import { BasaltError, parseProfileType } from "@basalt/model";
import { querierV1 } from "@basalt/rpc";
import { type Setting, setting } from "@basalt/runtime";
import type { Command, CommandContext } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { printable } from "../output/table.ts";
import { percentText, valueText } from "../output/units.ts";
import { ServerClient } from "../server/server-client.ts";
import { serverSettings } from "../server/server-settings.ts";
import { type FlameNode, flameTree } from "./flame-tree.ts";
import { resultSettings, writeResult } from "./result.ts";
import { askedSelection, oneTypeSetting, selectionSettings } from "./selection.ts";

const nodesSetting: Setting<number> = setting({
  path: "nodes",
  flag: "nodes",
  type: "int",
  default: 100,
  min: 1,
  category: "basic",
  description: "Frames to show at the most; the rest of a frame's callees is one frame `other`.",
});

export const queryFlamegraph: Command = {
  name: "query flamegraph",
  summary: "Ask a server for a flame graph and draw it as a tree of text",
  details:
    "A line a frame: its share of the whole, its total and its self. Columns of exports: node, parent, depth, name, total, self.",
  operands: "",
  settings: [...selectionSettings, nodesSetting, ...resultSettings, ...serverSettings],
  run,
};

async function run(context: CommandContext): Promise<ExitStatus> {
  const { config, clock } = context;
  const request = querierV1.SelectMergeStacktracesRequest.create({
    ...askedSelection(config, clock),
    maxNodes: BigInt(config.get(nodesSetting)),
  });
  const client = new ServerClient(context);
  const { message, isPartial } = await client.call(
    querierV1.QuerierServiceDefinition,
    "selectMergeStacktraces",
    request,
  );
  if (message.flamegraph === undefined) throw new BasaltError("tree_malformed", "the answer has no flame graph");
  const nodes = flameTree(message.flamegraph);
  const unit = parseProfileType(config.get(oneTypeSetting)).sampleUnit;
  return writeResult(context, {
    isPartial,
    text: treeText(nodes, unit),
    json: {
      total: nodes[0]?.total ?? 0n,
      nodes: nodes.map(({ parent, name, total, self }) => ({ parent, name, total, self })),
    },
    columns: [
      { name: "node", type: "int64", values: nodes.map((_, node) => BigInt(node)) },
      { name: "parent", type: "int64", values: nodes.map(({ parent }) => BigInt(parent)) },
      { name: "depth", type: "int64", values: nodes.map(({ depth }) => BigInt(depth)) },
      { name: "name", type: "text", values: nodes.map(({ name }) => name) },
      { name: "total", type: "int64", values: nodes.map(({ total }) => total) },
      { name: "self", type: "int64", values: nodes.map(({ self }) => self) },
    ],
  });
}

/** Nodes in the order of a walk: each line is drawn under its parent's. */
function treeText(nodes: readonly FlameNode[], unit: string): string {
  const whole = nodes[0]?.total ?? 0n;
  const figures = nodes.map(({ total, self }) => [
    percentText(total, whole),
    valueText(total, unit),
    valueText(self, unit),
  ]);
  const widths = [0, 1, 2].map((i) =>
    figures.reduce((width, row) => Math.max(width, (row[i] ?? "").length), titles[i]?.length ?? 0),
  );
  const line = (row: readonly string[], text: string): string =>
    `${row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join("  ")}  ${text}\n`;
  const isLast = lastChildren(nodes);
  const rails: string[] = [];
  const lines = nodes.map(({ depth, name }, node) => {
    rails.length = Math.max(0, depth - 1);
    const branch = depth === 0 ? "" : isLast[node] === true ? "└─ " : "├─ ";
    const text = `${rails.join("")}${branch}${printable(name)}`;
    if (depth > 0) rails.push(isLast[node] === true ? "   " : "│  ");
    return line(figures[node] ?? [], text);
  });
  return line(titles, "FRAME") + lines.join("");
}

const titles = ["SHARE", "TOTAL", "SELF"] as const;

function lastChildren(nodes: readonly FlameNode[]): readonly boolean[] {
  const last = new Map<number, number>();
  for (const [node, { parent }] of nodes.entries()) last.set(parent, node);
  return nodes.map(({ parent }, node) => last.get(parent) === node);
}
