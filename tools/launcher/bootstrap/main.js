import { handOver } from './hand-over.js';
import { install } from './install.js';
import { root } from './root.js';

const commands = ['start', 'test', 'test-api', 'test-containers', 'check', 'bench', 'simulate', 'chaos', 'mutate'];

/**
 * Installs the packages where that is needed, then runs tools/launcher/src/<command>.ts.
 *
 * @param {readonly string[]} args the command and what follows it
 */
export async function main([command = '', ...rest]) {
  try {
    if (!commands.includes(command))
      throw new Error(`No command ${JSON.stringify(command)}; there are ${commands.join(', ')}.`);
    await install(root);
    process.exitCode = await handOver(root, `tools/launcher/src/${command}.ts`, rest);
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exitCode = 1;
  }
}
