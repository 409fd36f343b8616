import { components } from '../resolution/components.js';
import { getOrInsert } from '../resolution/get-or-insert.js';
import { type GraphEdge, type GraphPlugin, type PluginGraph, representatives } from './graph.js';

/** Where a plugin is drawn; lengths in pixels. */
export interface Box {
  readonly name: string;
  /** Undefined: something needs it, and it is not here. */
  readonly plugin: GraphPlugin | undefined;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How an edge is drawn: from point to point, each second stretch straight down a gap between boxes; within a row there are two points, and an arc over them. */
export interface Line {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** A node of the layout: a plugin, one that is missing, or the place where a line goes through a row. */
interface Node {
  readonly name: string;
  readonly plugin: GraphPlugin | undefined;
  readonly isPassage?: boolean;
}

export const MARGIN = 24;
/** Width of one character of the font of the boxes, on the safe side. */
export const CHARACTER = 8;
const HEIGHT = 44;
const GAP = { x: 32, wrapped: 28, layer: 76 } as const;
const WIDEST_ROW = 1200;
const WIDTHS = { least: 104, most: 560, passage: 8 } as const;
/** Of lines that go past so many rows in sum, each has a place in them; beyond that they go behind boxes. */
const MAX_PASSAGES = 2000;

/**
 * Places boxes in rows, what is needed above what needs it: the row of a plugin is the longest way from it to one that needs nothing. A row that grows too wide is
 * continued in the next; no two boxes overlap.
 */
export function layoutOf(graph: PluginGraph): Layout {
  const nodes: Node[] = graph.plugins.map((plugin) => ({ name: plugin.name, plugin }));
  const numbers = new Map(graph.plugins.map((plugin, number) => [plugin, number]));
  const at = new Map([...representatives(graph)].map(([name, plugin]) => [name, numbers.get(plugin) as number]));
  for (const name of graph.edges.flatMap(({ from, to }) => [from, to])) {
    if (at.has(name)) continue;
    at.set(name, nodes.length);
    nodes.push({ name, plugin: undefined });
  }
  const needs = nodes.map((): number[] => []);
  for (const { from, to, kind } of graph.edges) {
    if (kind !== 'excludes') needs[at.get(from) as number]?.push(at.get(to) as number);
  }
  const layers = layersOf(needs);
  const ways = graph.edges.map(({ from, to }) => [at.get(from) as number, at.get(to) as number]);
  openPassages(nodes, layers, needs, ways);
  const boxes = place(nodes, layers, needs);
  const points = pointsOf(ways, boxes);
  const shown = boxes.filter((_, node) => nodes[node]?.isPassage !== true);
  return {
    width: Math.max(0, ...boxes.map(({ x, width }) => x + width)) + MARGIN,
    height: Math.max(0, ...boxes.map(({ y, height }) => y + height)) + MARGIN,
    boxes: shown,
    lines: graph.edges.map((edge, index) => ({ edge, points: points[index] as Point[] })),
  };
}

/** Gives each line that goes past rows a node in each of them, so that no box is put there. */
function openPassages(nodes: Node[], layers: number[][], needs: number[][], ways: number[][]): void {
  const layerOf = new Map(layers.flatMap((layer, index) => layer.map((node) => [node, index] as const)));
  let left = MAX_PASSAGES;
  for (const way of ways) {
    const [from, to] = way as [number, number];
    const [low, high] = [layerOf.get(from) as number, layerOf.get(to) as number];
    left -= Math.max(0, low - high - 1);
    if (left < 0 || !needs[from]?.includes(to)) continue;
    for (let layer = high + 1; layer < low; layer++) {
      const passage = nodes.length;
      nodes.push({ name: '', plugin: undefined, isPassage: true });
      needs.push([way[1] as number]);
      layers[layer]?.push(passage);
      way.splice(1, 0, passage);
    }
    if (way.length > 2) needs[from]?.push(way[1] as number);
  }
}

/** Ends of lines are spread along the side of a box, in the order in which they come. */
function pointsOf(ways: ReadonlyArray<readonly number[]>, boxes: readonly Box[]): Point[][] {
  const middle = ({ x, width }: Box) => x + width / 2;
  const sides = new Map<string, Array<{ way: number; end: 0 | 1; toward: number }>>();
  for (const [way, nodes] of ways.entries()) {
    for (const end of [0, 1] as const) {
      const [node, next] = (end === 0 ? nodes : [...nodes].reverse()) as [number, number];
      const [box, other] = [boxes[node] as Box, boxes[next] as Box];
      const side = `${node} ${other.y > box.y ? 'bottom' : 'top'}`;
      const toward = node === next ? end : middle(other);
      getOrInsert(sides, side, () => []).push({ way, end, toward });
    }
  }
  const ends = ways.map((): Point[] => []);
  for (const [side, all] of sides) {
    const box = boxes[Number.parseInt(side, 10)] as Box;
    all.sort((a, b) => a.toward - b.toward || a.way - b.way);
    for (const [index, { way, end }] of all.entries()) {
      const x = box.x + (box.width * (index + 1)) / (all.length + 1);
      (ends[way] as Point[])[end] = { x, y: side.endsWith('top') ? box.y : box.y + box.height };
    }
  }
  return ways.map((nodes, way) => {
    const [start, end] = ends[way] as [Point, Point];
    const passages = nodes.slice(1, -1).flatMap((node) => {
      const box = boxes[node] as Box;
      return [box.y + box.height, box.y].map((y) => ({ x: middle(box), y }));
    });
    return [start, ...passages, end];
  });
}

/** Numbers of nodes by layer. On a circle, edges say nothing of the layer. */
function layersOf(needs: ReadonlyArray<readonly number[]>): number[][] {
  const component = components(needs.length, (node) => needs[node] as readonly number[]);
  const layer = new Int32Array(needs.length);
  const layers: number[][] = [];
  // A component comes after those that it needs.
  for (const node of [...needs.keys()].sort((a, b) => (component[a] as number) - (component[b] as number) || a - b)) {
    for (const needed of needs[node] as readonly number[]) {
      if (component[needed] !== component[node]) layer[node] = Math.max(layer[node] as number, (layer[needed] as number) + 1);
    }
    const nodes = layers[layer[node] as number];
    if (nodes === undefined) layers[layer[node] as number] = [node];
    else nodes.push(node);
  }
  return [...layers].map((nodes) => nodes ?? []);
}

function place(
  nodes: readonly Node[],
  layers: ReadonlyArray<readonly number[]>,
  needs: ReadonlyArray<readonly number[]>,
): Box[] {
  const boxes: Box[] = [];
  const widths = nodes.map(({ name, plugin, isPassage }) => {
    if (isPassage === true) return WIDTHS.passage;
    const characters = Math.max(name.length, plugin === undefined ? 8 : plugin.version.length + plugin.state.length + 9);
    return Math.min(WIDTHS.most, Math.max(WIDTHS.least, characters * CHARACTER + 24));
  });
  const rowWidth = (row: readonly number[]) => row.reduce((sum, node) => sum + (widths[node] as number) + GAP.x, -GAP.x);
  const middle = (node: number) => {
    const placed = (needs[node] as readonly number[]).map((needed) => boxes[needed]).filter((box) => box !== undefined);
    return placed.reduce((sum, { x, width }) => sum + x + width / 2, 0) / Math.max(1, placed.length);
  };
  let widest = 0;
  for (const row of layers.flatMap((layer) => wrapped(layer, rowWidth))) widest = Math.max(widest, rowWidth(row));
  let y = MARGIN;
  for (const layer of layers) {
    const middles = new Map(layer.map((node) => [node, middle(node)]));
    const sorted = [...layer].sort((a, b) => (middles.get(a) as number) - (middles.get(b) as number) || a - b);
    for (const row of wrapped(sorted, rowWidth)) {
      let x = MARGIN + Math.max(0, (widest - rowWidth(row)) / 2);
      for (const node of row) {
        const width = widths[node] as number;
        const { name, plugin } = nodes[node] as Node;
        boxes[node] = { name, plugin, x, y, width, height: HEIGHT };
        x += width + GAP.x;
      }
      y += HEIGHT + GAP.wrapped;
    }
    y += GAP.layer - GAP.wrapped;
  }
  return boxes;
}

/** Cuts a layer into rows that are not too wide. */
function wrapped(layer: readonly number[], rowWidth: (row: readonly number[]) => number): number[][] {
  const rows: number[][] = [];
  let width = Number.POSITIVE_INFINITY;
  for (const node of layer) {
    const more = rowWidth([node]) + GAP.x;
    if (width + more > WIDEST_ROW) {
      rows.push([]);
      width = 0;
    }
    rows.at(-1)?.push(node);
    width += more;
  }
  return rows;
}
