// Where every command begins: JavaScript without dependencies that Node 20 runs as it stands, and that an older Node
// understands far enough to say so. It installs what is missing and hands over to src/<command>.ts.
const neededMajor = 20;

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  console.error(
    `Millrace needs Node ${neededMajor} or newer; this is ${process.version}. Install a newer one from https://nodejs.org.`,
  );
  process.exitCode = 1;
} else {
  void import('./bootstrap/main.js').then(({ main }) => main(process.argv.slice(2)));
}
