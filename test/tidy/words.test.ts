import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source.ts';

/** Folders of somebody's machine. Written so that this file does not contain one. */
const MACHINE_PATH = new RegExp(
  ['/wo', 'rk/(main|shared)\\b|/ro', 'ot/\\.|/ho', 'me/[a-z]+/(src|dev|git|work)|/Us', 'ers/[a-z]+/'].join(''),
);

describe('tracked files', () => {
  it('name no place on the machine of whoever wrote them', () => {
    const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
    const text = files.filter((file) => existsSync(path.join(ROOT, file)) && !/\.(png|gif|svg|woff2?)$/.test(file));
    const lines = text.flatMap((file) =>
      readFileSync(path.join(ROOT, file), 'utf8')
        .split('\n')
        .flatMap((line, i) => (MACHINE_PATH.test(line) ? [`${file}:${i + 1}: ${line.trim().slice(0, 100)}`] : [])),
    );
    expect(lines).toEqual([]);
  });

  it('would be caught', () => {
    expect(MACHINE_PATH.test(['', 'ro' + 'ot', '.cache', 'x'].join('/'))).toBe(true);
    expect(MACHINE_PATH.test('/etc/kubernetes/pki')).toBe(false);
  });
});
