import { GeneratorError } from './generator-error.ts';

const suffix = '-consumer';
const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** A container's host name (RFC 1123, section 2.1), which is the app's. */
const longest = 63 - suffix.length;

/** The name of an API as typed. A GeneratorError says what to type instead. */
export function checkApiName(name: string | undefined): string {
  if (!name) throw new GeneratorError('What is the API called? npx nx g consumer crm --event UserRegistered');
  if (name.endsWith(suffix))
    throw refused(name, `the app's name is made of it: ${name}`, name.slice(0, -suffix.length));
  if (!kebabCase.test(name))
    throw refused(name, 'it has small letters, digits and single hyphens, a letter first', name);
  if (name.length > longest) throw refused(name, `it has ${name.length} characters; ${longest} fit`, '');
  return name;
}

function refused(name: string, why: string, instead: string): GeneratorError {
  const better = kebab(instead);
  const advice = better ? ` Type: npx nx g consumer ${better}` : ' Choose another name.';
  return new GeneratorError(`"${name}" cannot be the name of an API: ${why}.${advice}`);
}

/** The nearest name that would do; empty where there is none. */
function kebab(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  const better = words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-\d]+|-+$/g, '')
    .slice(0, longest);
  return kebabCase.test(better) && !better.endsWith(suffix) ? better : '';
}
