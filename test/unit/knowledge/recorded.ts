// Every message that the recordings hold: refusals, Events, kubectl's replies, conditions.
import fs from 'node:fs';
import { sharedPath } from '../../support/shared.ts';

let messages: string[] | undefined;

export function recordedMessages(): string[] {
  messages ??= [...refusals(), ...goldenWords()];
  return messages;
}

function refusals(): string[] {
  const cases = fs.readFileSync(sharedPath('validation', 'cases.jsonl'), 'utf8').split('\n').filter(Boolean);
  const patches = fs.readFileSync(sharedPath('validation', 'patches.json'), 'utf8');
  return [...cases.flatMap((line) => strings(JSON.parse(line))), ...strings(JSON.parse(patches))];
}

function goldenWords(): string[] {
  const folder = sharedPath('conformance', 'golden');
  return fs.readdirSync(folder).flatMap((file) => {
    const golden = JSON.parse(fs.readFileSync(`${folder}/${file}`, 'utf8')) as Record<string, unknown>;
    return [...strings(golden.events), ...strings(golden.responses), ...strings(golden.final)];
  });
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(strings);
  return [];
}
