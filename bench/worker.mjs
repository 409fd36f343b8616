// Runs one workload in a process of its own, so that the code of one is not compiled for the data of another. Started by run.mjs.

const [name, quick] = process.argv.slice(2);
const { default: workload } = await import(`./workloads/${name}.mjs`);
const rows = await workload(quick === 'quick');
process.send(rows, () => process.exit(0));
