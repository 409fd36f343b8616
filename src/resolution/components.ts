/**
 * Strongly connected components of a graph over the numbers below `count` (Tarjan's algorithm, without recursion).
 * @returns the number of the component of each; a component has a higher number than those to which its edges lead
 */
export function components(count: number, edgesOf: (node: number) => readonly number[]): Int32Array {
  const component = new Int32Array(count).fill(-1);
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const edgeAt = new Int32Array(count);
  const open: number[] = [];
  const path: number[] = [];
  let visited = 0;
  let found = 0;
  const enter = (node: number) => {
    index[node] = low[node] = visited++;
    open.push(node);
    path.push(node);
  };
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    enter(root);
    while (path.length > 0) {
      const node = path.at(-1) as number;
      const edges = edgesOf(node);
      const at = edgeAt[node] as number;
      if (at < edges.length) {
        edgeAt[node] = at + 1;
        const next = edges[at] as number;
        if (index[next] === -1) enter(next);
        else if (component[next] === -1) low[node] = Math.min(low[node] as number, index[next] as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
      if (low[node] !== index[node]) continue;
      for (let member = -1; member !== node; ) {
        member = open.pop() as number;
        component[member] = found;
      }
      found++;
    }
  }
  return component;
}

/** A shortest circle through `start`, itself first; undefined if there is none. */
export function circleThrough(start: number, edgesOf: (node: number) => readonly number[]): number[] | undefined {
  const from = new Map<number, number>();
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] as number;
    for (const next of edgesOf(node)) {
      if (next === start) {
        const circle = [node];
        for (let back = node; back !== start; circle.push(back)) back = from.get(back) as number;
        return circle.reverse();
      }
      if (from.has(next)) continue;
      from.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}
