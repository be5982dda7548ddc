// Expressions of policies, compiled, and `variables` that grow as they are declared. Models
// k8s.io/apiserver/pkg/admission/plugin/cel/{compile,composition}.go.
import { compile, type Environment, extended, type Program, type TypeProvider } from '../../../cel/index.ts';
import { DYN, objectType, sameType, type Type, typeText } from '../../../cel/types.ts';

export interface Expression {
  readonly source: string;
  readonly program: Program | undefined;
  /** What is wrong with it, in upstream's words. */
  readonly error: string | undefined;
}

/** `types`: what it must come to; any where there is none. */
export function compileExpression(env: Environment, source: string, types: readonly Type[] = []): Expression {
  const compiled = compile(env, source);
  if ('issues' in compiled) return { source, program: undefined, error: `compilation failed: ${compiled.issues}` };
  const { program } = compiled;
  if (types.length === 0 || types.some((t) => sameType(t, program.type))) return { source, program, error: undefined };
  const got = typeText(program.type);
  const wanted = types.map(typeText);
  const error =
    wanted.length === 1
      ? `must evaluate to ${wanted[0]} but got ${got}`
      : `must evaluate to one of [${wanted.join(' ')}] but got ${got}`;
  return { source, program: undefined, error };
}

export interface NamedExpression extends Expression {
  readonly name: string;
}

const VARIABLES = 'kubernetes.variables';

interface Declaration {
  readonly name?: string;
  readonly expression?: string;
}

/** Each variable may use those before it. Returns them, and the environment in which all are known. */
export function compileVariables(
  env: Environment,
  declarations: readonly Declaration[],
): { readonly env: Environment; readonly variables: readonly NamedExpression[] } {
  const types = new Map<string, Type>();
  const provider: TypeProvider = {
    field: (type, name) => (type === VARIABLES ? types.get(name) : undefined),
    constructs: () => false,
  };
  const composed = extended(env, [['variables', objectType(VARIABLES)]], [provider]);
  const variables: NamedExpression[] = [];
  for (const { name = '', expression = '' } of declarations) {
    const made = compileExpression(composed, expression);
    types.set(name, made.program?.type ?? DYN);
    variables.push({ name, ...made });
  }
  return { env: composed, variables };
}
