import { basename } from 'node:path';
import { styleText } from 'node:util';

const WIDTH = 78;
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

// A reader that went away (`| head`) has all it wanted.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const style = (format, text) => (coloured ? styleText(format, text) : text);
const bold = (text) => style('bold', text);
const dim = (text) => style('dim', text);
const green = (text) => style('green', text);
const red = (text) => style('red', text);
const yellow = (text) => style('yellow', text);

/** Phases of a start, in order. */
const PHASES = ['discovery', 'loading', 'metadata', 'resolution', 'registration', 'stages', 'init', 'preflight'];
const LANGUAGES = { c: 'C', cpp: 'C++', rust: 'Rust', other: 'other' };

/** `text` in `width` columns, cut with an ellipsis; a negative width aligns to the right. Colour comes after, it has no width. */
function cell(text, width) {
  const room = Math.abs(width);
  const cut = [...text].length > room ? `${[...text].slice(0, room - 1).join('')}…` : text;
  return width < 0 ? cut.padStart(room) : cut.padEnd(room);
}

const ms = (milliseconds) =>
  milliseconds >= 99.95 ? milliseconds.toFixed(0) : milliseconds.toFixed(milliseconds >= 1 ? 1 : 2);
const count = (number) => Number(number).toLocaleString('en');
const bytes = (number) => (number === null ? 'unknown' : `${(number / 2 ** 30).toFixed(1)} GiB`);
const known = (value) => value ?? 'unknown';

function heading(text) {
  console.log(`\n${bold(text)}`);
}

/** `label  text`, the text wrapped at words. */
function row(label, text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== '' && last.length + 1 + word.length > WIDTH - 16) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  lines.forEach((line, index) => {
    console.log(`  ${dim(cell(index === 0 ? label : '', 12))}  ${line}`);
  });
}

export function printTitle(path, isDry) {
  console.log(bold(`Mortise survey of this machine and ${basename(path)}${isDry ? ' (dry run)' : ''}`));
}

/** `probes`: plugin name → its probe, for compiled plugins. */
export function printPlugins(boot, probes) {
  heading('Plugins');
  for (const plugin of boot.loaded) {
    const probed = probes.get(plugin.name);
    const language = plugin.kind === 'typescript' ? 'JavaScript' : (LANGUAGES[probed?.record?.language] ?? 'no record');
    const held = probed === undefined ? '' : ledger(probed);
    console.log(
      `  ${green('✓')} ${cell(plugin.name, 18)} ${cell(plugin.version, 8)} ${cell(plugin.kind, 11)} ${cell(language, 11)} ${dim(held)}`,
    );
    for (const { message } of plugin.warnings) console.log(`    ${yellow('!')} ${message}`);
  }
  for (const { name, path, error } of boot.failed) {
    console.log(`  ${red('✗')} ${cell(name ?? basename(path ?? ''), 18)} ${error.code}`);
    row('', error.detail);
    row('', error.remedy);
  }
  for (const { message } of boot.warnings) console.log(`  ${yellow('!')} ${message}`);
}

function ledger({ ledger: entries, difference }) {
  const given = entries.reduce((sum, entry) => sum + entry.given, 0);
  return difference.length === 0 ? `${given} taken, ${given} given back` : `not given back: ${difference[0].what}`;
}

export function printBoot(boot) {
  heading(`Started in ${ms(boot.totalMilliseconds)} ms`);
  const took = PHASES.filter((phase) => boot.milliseconds[phase] !== undefined);
  row('phases, ms', took.map((phase) => `${phase} ${ms(boot.milliseconds[phase])}`).join(' · '));
  row('', 'Loading includes a first look in a child process at each library that was not seen before.');
}

export function printStages(run, missing) {
  heading(run.mode === 'dry_run' ? 'What a run would do' : `Ran in ${ms(run.milliseconds)} ms`);
  const marks = { ok: green('✓'), failed: red('✗') };
  for (const { stage, plugin, status, milliseconds, descriptions = [] } of run.stages) {
    console.log(`  ${marks[status] ?? yellow('–')} ${cell(stage, 22)} ${cell(plugin, 20)} ${cell(ms(milliseconds), -9)} ms`);
    for (const text of descriptions) row('', text);
  }
  for (const stage of missing) console.log(`  ${yellow('–')} ${cell(stage, 22)} ${leftOut(stage)}`);
}

function leftOut(stage) {
  return /^(checksum|verify):/.test(stage)
    ? 'left out: the plugins were built without Rust'
    : 'left out: no plugin provides it';
}

export function printFailure(error) {
  heading(red(`${error.code}: ${error.detail}`));
  row('what to do', error.remedy);
}

export function printResults(data, report) {
  heading('Machine');
  const os = data['environment.os'];
  const cpu = data['environment.cpu'];
  const memory = data['environment.memory'];
  const gpu = data['environment.gpu'];
  const iommu = data['environment.iommu'];
  if (os) row('system', `${known(os.name)} ${os.version ?? ''}, kernel ${known(os.kernel)}, ${known(os.architecture)}`);
  if (cpu) row('processor', `${known(cpu.model)}, ${known(cpu.logical)} logical, ${known(cpu.cores)} cores`);
  if (memory) row('memory', `${bytes(memory.total_bytes)}, ${bytes(memory.available_bytes)} available`);
  if (gpu) row('graphics', gpuText(gpu.devices));
  if (iommu)
    row(
      'iommu',
      iommu.enabled === null ? 'unknown' : iommu.enabled ? `on, ${known(iommu.kind)}, ${known(iommu.groups)} groups` : 'off',
    );

  heading('File');
  row('path', data.path);
  row('size', `${count(data['text.bytes'])} bytes, ${count(data['text.lines'])} lines, ${count(data['text.words'])} words`);
  if (data['summary.text']) row('summary', data['summary.text']);
  if (data['checksum.crc32c']) row('crc32c', data['checksum.crc32c']);
  if (data['checksum.xxh64']) row('xxh64', data['checksum.xxh64']);

  heading('Most frequent words');
  printWords(data['text.top_words']);
  console.log(`\n${dim(`written to ${report}`)}`);
}

function gpuText(devices) {
  if (!devices) return 'unknown';
  if (devices.length === 0) return 'none on the PCI bus';
  return devices
    .map(({ vendor_name, vendor, device, driver }) => `${vendor_name ?? vendor} ${device} (${driver ?? 'no driver'})`)
    .join(', ');
}

function printWords(words) {
  const most = words[0]?.count ?? 1;
  for (const { word, count: times } of words) {
    console.log(`  ${cell(word, 16)} ${cell(count(times), -6)}  ${'▇'.repeat(Math.max(1, Math.round((times / most) * 48)))}`);
  }
}
