import { describe, expect, test } from 'vitest';
import {
  EVERYTHING,
  formatSelector,
  matches,
  NOTHING,
  parseSelector,
  SelectorError,
  selectorOf,
  selects,
} from '../../../src/model/selectors.ts';
import { matchesFields, parseFieldSelector } from '../../../src/model/selectors-field.ts';

const web = { app: 'web', tier: 'front', n: '5' };

describe('label selectors', () => {
  test.each([
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app!=web', false],
    ['absent!=x', true],
    ['app in (web, db)', true],
    ['app in (db)', false],
    ['app notin (db)', true],
    ['absent notin (a)', true],
    ['app', true],
    ['!app', false],
    ['!absent', true],
    ['n>4', true],
    ['n<5', false],
    ['app=', false],
    ['in in (in)', false],
    ['', true],
  ])('%j on the labels of a web pod: %s', (text, expected) => {
    expect(matches(parseSelector(text), web)).toBe(expected);
  });

  test.each([
    'app=web,',
    'app in',
    'app in (',
    '=x',
    'app=web tier=db',
    '!',
    'bad key=x',
    'a=b c',
    'app in (a b)',
    'x>y',
  ])('%j is refused', (text) => {
    expect(() => parseSelector(text)).toThrow(SelectorError);
  });

  test('labels named like what every object inherits are not there unless given', () => {
    expect(matches(parseSelector('constructor'), web)).toBe(false);
    expect(matches(parseSelector('toString=x'), { toString: 'x' } as unknown as Record<string, string>)).toBe(true);
  });

  test('prints as upstream does, sorted by key', () => {
    expect(formatSelector(parseSelector('tier in (b,a),!old,app=web,env'))).toBe('app=web,env,!old,tier in (a,b)');
  });
});

describe('LabelSelector objects', () => {
  test('nil selects nothing and empty selects everything', () => {
    expect(selectorOf(undefined)).toBe(NOTHING);
    expect(matches(NOTHING, web)).toBe(false);
    expect(matches(selectorOf({}), web)).toBe(true);
    expect(matches(EVERYTHING, undefined)).toBe(true);
  });

  test('labels and expressions must all hold', () => {
    const matchExpressions = [{ key: 'tier', operator: 'In', values: ['front', 'back'] }];
    expect(selects({ matchLabels: { app: 'web' }, matchExpressions }, web)).toBe(true);
    expect(selects({ matchLabels: { app: 'db' }, matchExpressions }, web)).toBe(false);
    expect(selects({ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, web)).toBe(false);
  });
});

describe('field selectors', () => {
  const field = (name: string) => ({ 'status.phase': 'Running', 'metadata.name': 'a,b' })[name] ?? '';

  test.each([
    ['status.phase=Running', true],
    ['status.phase!=Running', false],
    ['status.phase==Running,spec.nodeName=', true],
    ['metadata.name=a\\,b', true],
    ['', true],
  ])('%j: %s', (text, expected) => {
    expect(matchesFields(parseFieldSelector(text), field)).toBe(expected);
  });

  test('what is no term is quoted in the refusal', () => {
    expect(() => parseFieldSelector('status.phase')).toThrow(
      "invalid selector: 'status.phase'; can't understand 'status.phase'",
    );
  });
});
