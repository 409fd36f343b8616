/** Something that comes after others of its kind. */
export interface Ordered<Node> {
  /** Each once. */
  readonly after: readonly Node[];
}

/**
 * Orders nodes so that each stands behind those that it comes after; among those that may come next, the one that stands first in `nodes` (Kahn's algorithm).
 * Nodes that wait for each other, and those behind them, are left out.
 */
export function inOrder<Node extends Ordered<Node>>(nodes: readonly Node[]): Node[] {
  const places = new Map(nodes.map((node, place) => [node, place]));
  const missing = nodes.map((node) => node.after.length);
  const followers: number[][] = nodes.map(() => []);
  const ready = new Ready();
  for (const [place, node] of nodes.entries()) {
    if (node.after.length === 0) ready.add(place);
    for (const before of node.after) followers[places.get(before) as number]?.push(place);
  }
  const order: Node[] = [];
  for (let next = ready.take(); next !== undefined; next = ready.take()) {
    order.push(nodes[next] as Node);
    for (const follower of followers[next] ?? []) {
      missing[follower] = (missing[follower] as number) - 1;
      if (missing[follower] === 0) ready.add(follower);
    }
  }
  return order;
}

/** The first circle among the nodes that `inOrder` left out: its first node stands at the end again. */
export function circleIn<Node extends Ordered<Node>>(nodes: readonly Node[], ordered: readonly Node[]): Node[] {
  const left = new Set(nodes);
  for (const node of ordered) left.delete(node);
  let [at] = left;
  const path = new Set<Node>();
  while (at !== undefined && !path.has(at)) {
    path.add(at);
    at = at.after.find((before) => left.has(before));
  }
  const walked = [...path];
  return at === undefined ? walked : [...walked.slice(walked.indexOf(at)), at];
}

/** Names that are shown of either end of a long circle. */
const MAX_SIDE = 5;

/** A circle for people, its first name at its end again; the middle of a long one is left out. */
export function circleText(names: readonly string[]): string {
  const more = names.length - 2 * MAX_SIDE;
  // One name is not longer than what stands for it.
  const walk = more <= 1 ? names : [...names.slice(0, MAX_SIDE), `… ${more} more …`, ...names.slice(-MAX_SIDE)];
  return walk.join(' → ');
}

/** Places of what may come next; the smallest is taken first. */
export class Ready {
  /** Largest first. */
  readonly #places: number[] = [];

  add(place: number): void {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as number) > place) low = middle + 1;
      else high = middle;
    }
    this.#places.splice(low, 0, place);
  }

  take(): number | undefined {
    return this.#places.pop();
  }

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }
}
