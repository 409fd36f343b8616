// Results as a table that people read.

/** Markdown of one result. */
export function table({ platform, arch, node, cpu, cores, date, rows }) {
  const machine = cpu === undefined ? '' : `\n${cpu}, ${cores} cores, ${date}. `;
  return `# ${platform} ${arch}, Node ${node}
${machine}
Medians of interleaved rounds, written by \`npm run bench\`. Absolute times belong to this machine and its load; ratios are what holds.

| | what | Mortise | beside it | ratio | target | met |
|---|---|--:|---|--:|---|---|
${rows.map(line).join('\n')}
`;
}

function line({ id, what, unit, ours, peers, against, ratio, target, met }) {
  const beside = Object.entries(peers).map(([name, value]) => `${name} ${quantity(value, unit)}`);
  const compared = ratio === undefined ? '' : `${number(ratio)} × ${against}`;
  const wanted =
    target === undefined
      ? 'reported'
      : target.of === undefined
        ? `≤ ${target.most} ${unit}`
        : `≤ ${target.times} × ${target.of}`;
  const verdict = met === undefined ? '' : met ? 'yes' : 'no';
  return `| ${id} | ${what} | ${quantity(ours, unit)} | ${beside.join(' · ')} | ${compared} | ${wanted} | ${verdict} |`;
}

function quantity(value, unit) {
  return `${number(value)} ${unit}`;
}

function number(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
