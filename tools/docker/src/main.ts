import { selectApp } from './select-app.ts';

// node tools/docker/src/main.ts <app> <root> <out>: run by the Dockerfile.
const [app = '', root = '', out = ''] = process.argv.slice(2);
try {
  selectApp(app, root, out);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
