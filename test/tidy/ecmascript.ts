// What a core folder may not use, because it must run in every worker and repeat exactly from a seed. The compiler refuses
// names that ECMAScript has not (tsconfig.core.json); this sees what it lets through and says what to use instead.
import { Visitor } from 'rolldown/utils';
import { lineOf, type Source } from './source.ts';

const CLOCK = 'take the virtual clock as an argument';
const PLATFORM = 'pass it in from src/node, the host or a webview';

/** Globals of a platform, and what replaces each. */
export const BANNED_GLOBALS: Readonly<Record<string, string>> = {
  setTimeout: CLOCK,
  setInterval: CLOCK,
  setImmediate: CLOCK,
  clearTimeout: CLOCK,
  clearInterval: CLOCK,
  queueMicrotask: CLOCK,
  requestAnimationFrame: CLOCK,
  performance: CLOCK,
  process: PLATFORM,
  Buffer: 'use Uint8Array and the base64 of the folder',
  require: 'import it',
  globalThis: PLATFORM,
  window: PLATFORM,
  document: PLATFORM,
  navigator: PLATFORM,
  self: PLATFORM,
  fetch: PLATFORM,
  crypto: 'use the seeded random of src/kernel',
  console: 'return it, or record a step',
  URL: 'parse the path by hand: not every worker has it',
  URLSearchParams: 'parse the query by hand: not every worker has it',
  TextEncoder: 'encode UTF-8 by hand: not every worker has it',
  TextDecoder: 'decode UTF-8 by hand: not every worker has it',
  structuredClone: 'objects of the store are immutable: share them',
};

/** Members of ECMAScript's own globals that make a run unrepeatable. */
const BANNED_MEMBERS: Readonly<Record<string, string>> = {
  'Date.now': CLOCK,
  'Math.random': 'use the seeded random of src/kernel',
};

/** One line for each use of what is banned. A name that the file declares itself is its own. */
export function platformUses({ file, text, parsed }: Source): string[] {
  const declared = declaredNames(parsed.program);
  const found = new Set<string>();
  const report = (what: string, instead: string, start: number): void =>
    void found.add(`${file}:${lineOf(text, start)}: ${what} is not for the core: ${instead}`);
  const names = new Set<number>();
  new Visitor({
    // A property's name is no use of a global; these come before the identifier that they hold.
    MemberExpression: (node) => {
      if (!node.computed && 'name' in node.property) names.add(node.property.start);
      const member =
        node.object.type === 'Identifier' && 'name' in node.property ? `${node.object.name}.${node.property.name}` : '';
      const instead = BANNED_MEMBERS[member];
      if (instead) report(member, instead, node.start);
    },
    Property: (node) => {
      if (!node.computed && !node.shorthand) names.add(node.key.start);
    },
    PropertyDefinition: (node) => void (node.computed || names.add(node.key.start)),
    MethodDefinition: (node) => void (node.computed || names.add(node.key.start)),
    TSPropertySignature: (node) => void names.add(node.key.start),
    TSMethodSignature: (node) => void names.add(node.key.start),
    NewExpression: (node) => {
      if (isDate(node.callee) && node.arguments.length === 0)
        report('new Date() without an argument', CLOCK, node.start);
    },
    CallExpression: (node) => {
      if (isDate(node.callee)) report('Date()', CLOCK, node.start);
    },
    Identifier: ({ name, start }) => {
      const instead = Object.hasOwn(BANNED_GLOBALS, name) ? BANNED_GLOBALS[name] : undefined;
      if (instead && !declared.has(name) && !names.has(start)) report(name, instead, start);
    },
  }).visit(parsed.program);
  return [...found];
}

const isDate = (node: { type: string; name?: unknown }): boolean => node.type === 'Identifier' && node.name === 'Date';

/** Names bound anywhere in the file: variables, parameters, functions, classes, imports. */
function declaredNames(program: Source['parsed']['program']): Set<string> {
  const names = new Set<string>();
  const bind = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const pattern = node as { type: string; name?: string; [part: string]: unknown };
    if (pattern.type === 'Identifier' && pattern.name) names.add(pattern.name);
    else if (pattern.type === 'ObjectPattern')
      for (const property of pattern.properties as { value?: unknown; argument?: unknown }[])
        bind(property.value ?? property.argument);
    else if (pattern.type === 'ArrayPattern') for (const element of pattern.elements as unknown[]) bind(element);
    else if (pattern.type === 'AssignmentPattern') bind(pattern.left);
    else if (pattern.type === 'RestElement') bind(pattern.argument);
  };
  const bindFunction = (node: { id?: unknown; params?: readonly unknown[] }): void => {
    bind(node.id);
    for (const parameter of node.params ?? []) bind(parameter);
  };
  new Visitor({
    VariableDeclarator: ({ id }) => bind(id),
    FunctionDeclaration: bindFunction,
    FunctionExpression: bindFunction,
    ArrowFunctionExpression: bindFunction,
    TSFunctionType: bindFunction,
    TSMethodSignature: bindFunction,
    TSCallSignatureDeclaration: bindFunction,
    ClassDeclaration: ({ id }) => bind(id),
    CatchClause: ({ param }) => bind(param),
    ImportSpecifier: ({ local }) => bind(local),
    ImportDefaultSpecifier: ({ local }) => bind(local),
    ImportNamespaceSpecifier: ({ local }) => bind(local),
  }).visit(program);
  return names;
}
