import { expect, test } from 'vitest';
import { mermaidOf } from '../../../webview/scene/mermaid.ts';
import { pictureText } from '../../../webview/scene/picture.ts';
import { Story } from '../../../webview/scene/story.ts';
import { deploymentSteps, fanOutSteps, topology } from '../scene/recording.ts';

const steps = deploymentSteps(1, 1).filter((step) => !step.routine);
const story = new Story(topology(1), [], steps);

test('a sequence in Mermaid: who takes part, then one message or note a step', () => {
  const lines = mermaidOf(story, steps, 'Steps of a; b').split('\n');
  expect(lines.slice(0, 8)).toEqual([
    'sequenceDiagram',
    '  title Steps of a#59; b',
    '  actor p0 as you',
    '  participant p1 as Deployment',
    '  participant p2 as ReplicaSet',
    '  participant p3 as scheduler',
    '  participant p4 as apiserver',
    '  participant p5 as node-1',
  ]);
  expect(lines[8]).toBe('  p0->>p4: POST deployments/web → 201');
  expect(lines.slice(8, -1).every((l) => /^ {2}(p\d(->>|-x|-->>)p\d|Note over p\d): \S/.test(l))).toBe(true);
  expect(lines.filter((l) => !l.endsWith(': watch'))).toHaveLength(8 + steps.length + 1);
});

test('many deliveries of one write are one note over those who were told', () => {
  const told = fanOutSteps(3);
  const text = mermaidOf(new Story(topology(1), [], told), told, 't');
  expect(text.match(/Note over p\d(,p\d)?: → 3 watchers: watcher-1, watcher-2, watcher-3$/gm)).toHaveLength(1);
  expect(text).not.toContain(': watch\n');
});

test('words that Mermaid would read as its own, and refusals, and length', () => {
  const [first] = steps;
  if (!first?.request) throw new Error('no request');
  const request = { ...first.request, code: 403 };
  const odd = { ...first, request, object: { group: '', resource: 'pods', kind: 'Pod', name: 'a#b;c%%<d>\nend' } };
  expect(mermaidOf(story, [odd], 't')).toContain('p0-xp4: POST pods/a#35;b#59;c#37;#37;#60;d#62; end → 403');
  const note = { ...odd, request: undefined, action: ' ' };
  expect(mermaidOf(story, [note as never], 't')).toContain('Note over p0: –');
  expect(
    mermaidOf(
      story,
      Array.from({ length: 3000 }, () => odd),
      't',
    ),
  ).toMatch(/^%% \d+ characters: set Mermaid/);
});

test('a picture stands alone, and data cannot break out of it', () => {
  const text = pictureText({
    width: 10,
    height: 20,
    background: '#fff',
    title: 'a < b',
    description: 'x\u0007y',
    content: [
      { tag: 'g', attributes: { transform: 'translate(1,2)' }, children: [{ tag: 'path', attributes: { d: 'M0,0' } }] },
      { tag: 'text', attributes: { 'font-family': '"Ubuntu", sans' }, text: '</svg><script>&' },
    ],
  });
  expect(text).toBe(
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20" role="img"><title>a &lt; b</title>' +
      '<desc>x y</desc><rect width="100%" height="100%" fill="#fff"/><g transform="translate(1,2)"><path d="M0,0"/></g>' +
      '<text font-family="&quot;Ubuntu&quot;, sans">&lt;/svg&gt;&lt;script&gt;&amp;</text></svg>\n',
  );
});
