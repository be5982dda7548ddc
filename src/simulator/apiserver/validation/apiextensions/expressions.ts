// The rules in CEL of a definition's schema: they must compile, and be cheap enough for the largest object that the schema lets
// through. Models the second half of ValidateCustomResourceDefinitionOpenAPISchema and validation/cel_validation.go.
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { type Declared, declaredType, escapeName } from '../../crd/cel/declared.ts';
import { type CompiledRule, compileRules } from '../../crd/cel/rules.ts';
import { hasRules } from '../../crd/cel/validate.ts';
import { propsOf } from '../../crd/schema.ts';
import { sortedKeys } from '../common.ts';
import type { Errors, Path } from '../field.ts';
import { printedRule } from './printed.ts';
import type { Schema } from './schemas.ts';

/** Of one rule, for the largest object. */
const RULE_LIMIT = 10_000_000;
/** Of all rules of a schema. */
const SCHEMA_LIMIT = 100_000_000;
const LARGEST = 2 ** 64;

interface Place {
  readonly declared: Declared | undefined;
  /** How often values here can stand in one object; undefined where nothing limits it. */
  readonly cardinality: number | undefined;
  /** The list or map around, whose items cannot be told apart over an update. */
  readonly uncorrelatable: Path | undefined;
}

interface Cost {
  readonly path: Path;
  readonly cost: number;
}

function exceeded(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

class Checker {
  private readonly errs: Errors;
  private readonly costs: Cost[] = [];

  constructor(errs: Errors) {
    this.errs = errs;
  }

  schema(path: Path, s: JSONSchemaProps, place: Place): void {
    const { declared, cardinality, uncorrelatable } = place;
    const atomic = s['x-kubernetes-map-type'] === 'atomic' ? path : uncorrelatable;
    for (const name of sortedKeys(s.properties)) {
      const property = s.properties?.[name] ?? {};
      const escaped = escapeName(name);
      const own = escaped === undefined ? declaredType(property, false, name) : declared?.fields?.get(escaped);
      const inner = { declared: own, cardinality, uncorrelatable: atomic };
      this.schema(path.child('properties').key(name), property, inner);
    }
    const times = (max: number | undefined) =>
      cardinality === undefined || max === undefined ? undefined : cardinality * max;
    const [items, values] = [propsOf(s.items), propsOf(s.additionalProperties)];
    if (items !== undefined) {
      const keyed = s['x-kubernetes-list-type'] === 'map';
      const inner = { declared: declared?.element, cardinality: times(s.maxItems) };
      this.schema(path.child('items'), items, { ...inner, uncorrelatable: keyed ? uncorrelatable : path });
    }
    if (values !== undefined) {
      const inner = { declared: declared?.element, cardinality: times(s.maxProperties), uncorrelatable: atomic };
      this.schema(path.child('additionalProperties'), values, inner);
    }
    this.own(path.child('x-kubernetes-validations'), s, place);
  }

  private own(path: Path, s: JSONSchemaProps, place: Place): void {
    if ((s['x-kubernetes-validations'] ?? []).length === 0) return;
    if (place.declared === undefined) {
      const preserve = s['x-kubernetes-preserve-unknown-fields'] === true;
      const why = `rule declared on schema that does not support validation rules type: '${s.type ?? ''}' x-kubernetes-preserve-unknown-fields: '${preserve}'`;
      this.errs.internal(path, why);
      return;
    }
    for (const [i, rule] of compileRules(s, place.declared).entries()) this.rule(path.index(i), rule, place);
  }

  private rule(path: Path, r: CompiledRule, { cardinality, uncorrelatable }: Place): void {
    const { errs } = this;
    const at = path.child('rule');
    this.cost('estimated rule cost', at, r.maxCost, cardinality ?? r.maxCardinality);
    if (r.error !== undefined) errs.invalid(at, printedRule(r.rule), r.error);
    const message = path.child('messageExpression');
    if (r.messageError !== undefined) errs.invalid(message, printedRule(r.rule), r.messageError);
    else if (r.message !== undefined) {
      this.cost('estimated messageExpression cost', message, r.maxMessageCost, cardinality ?? r.maxCardinality);
    }
    if (r.usesOldSelf) {
      if (uncorrelatable === undefined) return;
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
      errs.invalid(at, r.rule.rule, why);
    } else if (r.rule.optionalOldSelf !== undefined && r.program !== undefined) {
      errs.invalid(
        path.child('optionalOldSelf'),
        r.rule.optionalOldSelf,
        'may not be set if oldSelf is not used in rule',
      );
    }
  }

  private cost(what: string, path: Path, each: number, times: number): void {
    const cost = Math.min(LARGEST, each * times);
    if (cost > RULE_LIMIT) this.errs.forbidden(path, exceeded(what, cost, RULE_LIMIT));
    this.costs.push({ path, cost });
  }

  total(path: Path): void {
    const sum = this.costs.reduce((n, c) => n + c.cost, 0);
    if (sum <= SCHEMA_LIMIT) return;
    // What is less than a hundredth of the limit is not the cause.
    for (const { path: at } of this.costs.filter((c) => c.cost >= SCHEMA_LIMIT / 100)) {
      this.errs.forbidden(at, 'contributed to estimated rule & messageExpression cost total exceeding cost limit');
    }
    const what = 'x-kubernetes-validations estimated rule & messageExpression cost total for entire OpenAPIv3 schema';
    this.errs.forbidden(path, exceeded(what, sum, SCHEMA_LIMIT));
  }
}

/** Of a schema that is right otherwise. */
export function validateExpressions(errs: Errors, path: Path, schema: Schema): void {
  const s = schema as JSONSchemaProps;
  if (!hasRules(s)) return;
  const checker = new Checker(errs);
  const place = { declared: declaredType(s, true, 'selfType'), cardinality: 1, uncorrelatable: undefined };
  checker.schema(path, s, place);
  checker.total(path);
}
