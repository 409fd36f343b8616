// Files with the name of a plugin that are none: node make-files.mjs <output folder> <a good plugin>
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const [folder, goodPath] = process.argv.slice(2);
if (!folder || !goodPath) {
  console.error('usage: make-files.mjs <output folder> <a good plugin>');
  process.exit(2);
}

const suffix = extname(goodPath);
const good = readFileSync(goodPath);
const write = (stem, bytes) => writeFileSync(join(folder, stem + suffix), bytes);
const patched = (offset, ...bytes) => {
  const copy = Buffer.from(good);
  copy.set(bytes, offset);
  return copy;
};

mkdirSync(folder, { recursive: true });
write('text', 'This is a text file, whatever its name says.\n'.repeat(20));
write('empty', '');
write('truncated', good.subarray(0, Math.floor(good.length * 0.6)));
rmSync(join(folder, `directory${suffix}`), { recursive: true, force: true });
mkdirSync(join(folder, `directory${suffix}`));

// A PE32+ DLL for x86-64: DOS header, signature, file header, optional header with 16 empty directories, no sections.
const pe = Buffer.alloc(0x200);
pe.write('MZ', 0, 'latin1');
pe.writeUInt32LE(0x80, 0x3c);
pe.write('PE\0\0', 0x80, 'latin1');
pe.writeUInt16LE(0x8664, 0x84); // machine
pe.writeUInt16LE(240, 0x94); // size of the optional header
pe.writeUInt16LE(0x2022, 0x96); // executable, large addresses, DLL
pe.writeUInt16LE(0x20b, 0x98); // PE32+
pe.writeBigUInt64LE(0x180000000n, 0xb0); // image base
pe.writeUInt32LE(0x1000, 0xb8); // section alignment
pe.writeUInt32LE(0x200, 0xbc); // file alignment
pe.writeUInt16LE(6, 0xc0); // system version
pe.writeUInt16LE(6, 0xc8); // subsystem version
pe.writeUInt32LE(0x1000, 0xd0); // size of the image
pe.writeUInt32LE(0x200, 0xd4); // size of the headers
pe.writeUInt16LE(2, 0xdc); // subsystem
pe.writeUInt32LE(16, 0x104); // directories
write('pe', pe);

// A Mach-O library for arm64 without load commands; for x86-64 where arm64 is at home.
const macho = Buffer.alloc(4096);
const foreignCpu = process.platform === 'darwin' && process.arch === 'arm64' ? 0x01000007 : 0x0100000c;
for (const [index, word] of [0xfeedfacf, foreignCpu, 0, 6, 0, 0, 0x85, 0].entries()) macho.writeUInt32LE(word, index * 4);
write('macho', macho);

if (good.readUInt32BE(0) === 0x7f454c46) {
  const little = good[5] === 1;
  const machine = little ? good.readUInt16LE(18) : good.readUInt16BE(18);
  const other = machine === 183 ? 62 : 183; // aarch64, or x86-64 where aarch64 is at home
  write('wrong-machine', little ? patched(18, other, 0) : patched(18, 0, other));
  write('wrong-class', patched(4, good[4] === 2 ? 1 : 2));
  write('wrong-endian', patched(5, little ? 2 : 1));
} else {
  console.log('make-files: the good plugin is no ELF file; wrong-machine, wrong-class and wrong-endian are not made');
}
