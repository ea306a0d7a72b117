import type { Deployment } from './deployment.ts';

/** A package as lock files have it. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
}

/** What an image holds and says of itself. */
export interface ImageContents {
  readonly user: string;
  /** Names of its environment variables. */
  readonly variables: readonly string[];
  readonly hasHealthcheck: boolean;
  readonly sizeMb: number;
  /** Every file in the folders that a build may write to. */
  readonly files: readonly string[];
  /** What npm says it has installed. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface Inspected {
  readonly Size: number;
  readonly Config: { readonly User: string; readonly Env: readonly string[]; readonly Healthcheck?: object };
}

const printContents = `
const { readdirSync, readFileSync } = require('node:fs');
const files = ['/millrace', '/data', '/home', '/root', '/tmp', '/run'].flatMap((folder) => {
  try { return readdirSync(folder, { recursive: true }).map((file) => folder + '/' + file); } catch { return []; }
});
const { packages } = JSON.parse(readFileSync('/millrace/node_modules/.package-lock.json', 'utf8'));
process.stdout.write(JSON.stringify({ files, packages }));
`;

/** Looks into the image of an app. */
export async function lookIntoImage(deployment: Deployment, app: string): Promise<ImageContents> {
  const image = deployment.image(app);
  const run = ['run', '--rm', '--network', 'none', '--user', '0:0', image, 'node', '--eval', printContents];
  const [inspected, printed] = await Promise.all([
    deployment.docker('image', 'inspect', image),
    deployment.docker(...run),
  ]);
  const [{ Size, Config }] = JSON.parse(inspected) as [Inspected];
  return {
    user: Config.User,
    variables: Config.Env.map((variable) => variable.slice(0, variable.indexOf('='))),
    hasHealthcheck: Config.Healthcheck !== undefined,
    sizeMb: Math.round(Size / 1e6),
    ...(JSON.parse(printed) as Pick<ImageContents, 'files' | 'packages'>),
  };
}
