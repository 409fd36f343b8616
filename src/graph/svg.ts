import type { GraphEdge, PluginGraph } from './graph.js';
import { type Box, CHARACTER, type Line, layoutOf, MARGIN, type Point } from './layout.js';
import { edgeText, oneLine } from './text.js';

/** Light colours as attributes, so that every viewer shows them; the dark ones where the reader prefers them. */
const DARK = `@media (prefers-color-scheme: dark) {
  .ground { fill: #161b22 } .box { fill: #21262d; stroke: #8b949e } .ink { fill: #e6edf3 } .faint { fill: #9da7b3 }
  .line { stroke: #8b949e } .tip { fill: #8b949e } .bad { stroke: #f47067 } .badtip { fill: #f47067 } .badink { fill: #f47067 }
}`;
const COLOURS = {
  ground: '#ffffff',
  box: '#f3f4f6',
  ink: '#1f2328',
  faint: '#59636e',
  line: '#6e7781',
  bad: '#cf222e',
} as const;
const DASHES: Readonly<Record<GraphEdge['kind'], string>> = { requires: '', wants: '6 4', uses: '2 4', excludes: '' };
const FONT = 'font-family="ui-sans-serif, system-ui, sans-serif"';
/** Ranges are written at the lines only where there is room for them; they are in the tooltips anyway. */
const MAX_LABELS = 40;
const LEGEND_HEIGHT = 64;
const LEGEND_WIDTH = 760;

/** The graph as a picture that needs nothing else: an arrow points to what is needed; what failed is red and dashed. Messages are tooltips. */
export function graphSvg(graph: PluginGraph): string {
  const layout = layoutOf(graph);
  const width = Math.max(layout.width, LEGEND_WIDTH + 2 * MARGIN);
  const height = layout.height + LEGEND_HEIGHT;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT} font-size="13" role="img">`,
    '<title>Plugins and their dependencies</title>',
    `<style>${DARK}</style>`,
    `<defs>${arrow('tip', COLOURS.line)}${arrow('badtip', COLOURS.bad)}</defs>`,
    `<rect class="ground" width="${width}" height="${height}" fill="${COLOURS.ground}"/>`,
    ...layout.lines.map((line) => drawLine(line)),
    ...layout.boxes.map(drawBox),
    ...(layout.lines.length > MAX_LABELS ? [] : layout.lines.map(drawLabel)),
    legend(layout.height),
    '</svg>',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

function arrow(name: string, colour: string): string {
  const shape = `<path class="${name}" d="M0 0L8 4L0 8z" fill="${colour}"/>`;
  return `<marker id="${name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">${shape}</marker>`;
}

function drawBox({ name, plugin, x, y, width, height }: Box): string {
  const hasFailed = plugin?.error !== undefined;
  const isBad = hasFailed || plugin === undefined;
  const stroke = isBad ? COLOURS.bad : COLOURS.line;
  const dash = hasFailed ? ' stroke-dasharray="6 4"' : plugin === undefined ? ' stroke-dasharray="2 4"' : '';
  const second = plugin === undefined ? 'not here' : `${plugin.version}  ${plugin.state}${plugin.isCore ? ', core' : ''}`;
  const title = plugin?.error === undefined ? (plugin?.path ?? name) : `${plugin.error.code}: ${plugin.error.message}`;
  const line = (text: string, dy: number, style: string) =>
    `<text x="${x + width / 2}" y="${y + dy}" text-anchor="middle" ${style}>${escaped(fitted(text, width))}</text>`;
  return [
    `<g><title>${escaped(title)}</title>`,
    `<rect class="box${isBad ? ' bad' : ''}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${COLOURS.box}" stroke="${stroke}" stroke-width="${plugin?.isCore ? 2.5 : 1.2}"${dash}/>`,
    line(name, 18, `class="ink" font-weight="600" fill="${COLOURS.ink}"`),
    line(second, 35, `class="${isBad ? 'badink' : 'faint'}" font-size="12" fill="${isBad ? COLOURS.bad : COLOURS.faint}"`),
    '</g>',
  ].join('');
}

function drawLine({ edge, points }: Line): string {
  return `<path d="${pathOf(points)}" ${lineStyle(edge)}><title>${escaped(`${edge.from} ${edgeText(edge)}`)}</title></path>`;
}

function lineStyle({ kind, state }: Pick<GraphEdge, 'kind' | 'state'>): string {
  const isBad = state !== 'met' || kind === 'excludes';
  const dash = DASHES[kind] === '' ? '' : ` stroke-dasharray="${DASHES[kind]}"`;
  const tip = kind === 'excludes' ? '' : ` marker-end="url(#${isBad ? 'badtip' : 'tip'})"`;
  const style = `stroke="${isBad ? COLOURS.bad : COLOURS.line}" stroke-width="${kind === 'excludes' ? 3 : 1.4}"`;
  return `class="${isBad ? 'bad' : 'line'}" fill="none" ${style}${dash}${tip}`;
}

function pathOf(points: readonly Point[]): string {
  const [start, ...rest] = points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })) as [Point, ...Point[]];
  let path = `M${start.x} ${start.y}`;
  let { x, y } = start;
  for (const next of rest) {
    const bend = y === next.y ? y - 24 : (y + next.y) / 2;
    path += x === next.x && y !== next.y ? `L${next.x} ${next.y}` : `C${x} ${bend} ${next.x} ${bend} ${next.x} ${next.y}`;
    ({ x, y } = next);
  }
  return path;
}

/** The range, near the one that asks, on a ground of its own. */
function drawLabel({ edge, points }: Line): string {
  const [start, next] = points as [Point, Point];
  if (edge.range === undefined || start.y === next.y) return '';
  // The point at a third of the first stretch that pathOf draws.
  const x = Math.round(start.x + ((next.x - start.x) * 7) / 27);
  const y = Math.round(start.y + (next.y - start.y) * 0.37);
  const text = fitted(edge.range, 160);
  const width = text.length * 6.6 + 8;
  const ground = `<rect class="ground" x="${x - width / 2}" y="${y - 8}" width="${width}" height="16" fill="${COLOURS.ground}" fill-opacity="0.85"/>`;
  const isBad = edge.state !== 'met';
  const ink = `class="${isBad ? 'badink' : 'faint'}" fill="${isBad ? COLOURS.bad : COLOURS.faint}"`;
  return `${ground}<text x="${x}" y="${y + 4}" text-anchor="middle" font-size="11" ${ink}>${escaped(text)}</text>`;
}

function legend(top: number): string {
  const kinds = [
    ['requires', 'met', 'requires'],
    ['wants', 'met', 'wants (optional)'],
    ['uses', 'met', 'uses a service'],
    ['requires', 'missing', 'not met'],
    ['excludes', 'met', 'excludes'],
  ] as const;
  const text = (x: number, y: number, words: string) =>
    `<text class="faint" x="${x}" y="${y}" font-size="12" fill="${COLOURS.faint}">${words}</text>`;
  const lines = kinds.map(([kind, state, words], index) => {
    const x = MARGIN + index * 150;
    return `<path d="M${x} ${top + 12}H${x + 32}" ${lineStyle({ kind, state })}/>${text(x + 40, top + 16, words)}`;
  });
  const note = 'A thick border: core. Red and dashed: does not run; dotted: not here. An arrow points to what is needed.';
  return `<g>${lines.join('')}${text(MARGIN, top + 40, note)}</g>`;
}

function fitted(text: string, width: number): string {
  const characters = [...oneLine(text)];
  const most = Math.max(1, Math.floor((width - 16) / CHARACTER));
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`;
}

/** XML takes no control characters, however they are written, and no halves of a character. */
function escaped(text: string): string {
  return oneLine(text)
    .toWellFormed()
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
