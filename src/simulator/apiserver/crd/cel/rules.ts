// The rules of one node of a schema, compiled. Models apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go.
import { children, type Expr } from '../../../../cel/ast.ts';
import { estimateCost } from '../../../../cel/estimate.ts';
import { compile, extended, type Program } from '../../../../cel/index.ts';
import { optionalOf, typeText } from '../../../../cel/types.ts';
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { BASE_ENVIRONMENT } from '../../cel/environment.ts';
import { type Declared, maxCardinality, providerOf, sizesOf } from './declared.ts';

export type ValidationRule = NonNullable<JSONSchemaProps['x-kubernetes-validations']>[number];

export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program | undefined;
  readonly error: string | undefined;
  readonly message: Program | undefined;
  readonly messageError: string | undefined;
  readonly usesOldSelf: boolean;
  /** The most that one evaluation can cost. */
  readonly maxCost: number;
  readonly maxMessageCost: number;
  /** How often it can run in one object, where no schema around limits it. */
  readonly maxCardinality: number;
}

function uses(e: Expr, name: string): boolean {
  if (e.kind === 'ident' && e.name === name) return true;
  for (const child of children(e)) if (uses(child, name)) return true;
  return false;
}

function compileRule(rule: ValidationRule, declared: Declared): CompiledRule {
  const { type } = declared;
  const old = rule.optionalOldSelf ? optionalOf(type) : type;
  const env = extended(
    BASE_ENVIRONMENT,
    [
      ['self', type],
      ['oldSelf', old],
    ],
    [providerOf(declared)],
  );
  const sizes = sizesOf(declared);
  const made = {
    rule,
    program: undefined as Program | undefined,
    error: undefined as string | undefined,
    message: undefined as Program | undefined,
    messageError: undefined as string | undefined,
    usesOldSelf: false,
    maxCost: 0,
    maxMessageCost: 0,
    maxCardinality: maxCardinality(declared),
  };
  if (rule.rule.trim() === '') return made;
  const compiled = compile(env, rule.rule);
  if ('issues' in compiled) return { ...made, error: `compilation failed: ${compiled.issues}` };
  const { program } = compiled;
  if (typeText(program.type) !== 'bool') return { ...made, error: 'cel expression must evaluate to a bool' };
  made.program = program;
  made.usesOldSelf = uses(program.expr, 'oldSelf');
  made.maxCost = estimateCost(program, sizes).max;
  const source = rule.messageExpression ?? '';
  if (source.trim() === '') return made;
  const message = compile(env, source);
  if ('issues' in message) return { ...made, messageError: `messageExpression compilation failed: ${message.issues}` };
  if (typeText(message.program.type) !== 'string')
    return { ...made, messageError: 'messageExpression must evaluate to a string' };
  made.message = message.program;
  made.maxMessageCost = estimateCost(message.program, sizes).max;
  return made;
}

export function compileRules(s: JSONSchemaProps, declared: Declared): readonly CompiledRule[] {
  return (s['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, declared));
}
