import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fieldPage } from '../../../src/manifest/page.ts';
import { explainField, explainText, factsText, fieldPageOf, runExplain } from '../../../src/manifest/report.ts';
import { createManifestService } from '../../../src/manifest/service.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';

const knowledge = sourceKnowledge();
const text = fs.readFileSync(new URL('../../../media/samples/web.yaml', import.meta.url), 'utf8');
const web = { knowledge, file: 'web.yaml', text };

describe('explain', () => {
  test('a place says exactly what the hover says', () => {
    const service = createManifestService({ knowledge });
    service.update('u', 1, text);
    expect(runExplain({ ...web, line: 8, column: 4 }).explanations).toEqual([service.explainAt('u', 7, 3)]);
  });

  test('every place of the samples says what the hover says there', () => {
    const service = createManifestService({ knowledge });
    const folder = new URL('../../../media/samples/', import.meta.url);
    let found = 0;
    for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
      const content = fs.readFileSync(new URL(file, folder), 'utf8');
      service.update(file, 1, content);
      for (const [line, one] of content.split('\n').entries()) {
        for (let column = 0; column < one.length; column += 3) {
          const hover = service.explainAt(file, line, column);
          const answer = runExplain({ knowledge, file, text: content, line: line + 1, column: column + 1 });
          expect(answer.explanations, `${file}:${line + 1}:${column + 1}`).toEqual(hover ? [hover] : []);
          if (hover) found++;
        }
      }
    }
    expect(found).toBeGreaterThan(200);
  });

  test('a line without a column explains its field', () => {
    expect(runExplain({ ...web, line: 8 }).explanations.map(({ pathText }) => pathText)).toEqual(['spec.replicas']);
  });

  test('a file without a line explains all of its fields in order', () => {
    const paths = runExplain(web).explanations.map(({ pathText }) => pathText);
    expect(paths.slice(0, 4)).toEqual(['apiVersion', 'kind', 'metadata', 'metadata.name']);
    expect(paths.at(-1)).toBe('spec.template.spec.containers[0].ports[0].containerPort');
  });

  test('places that do not exist or say nothing are answered with a reason', () => {
    expect(runExplain({ ...web, line: 99 }).problem).toMatch(/lines 1 to \d+; there is no line 99/);
    expect(runExplain({ ...web, line: 0 }).problem).toMatch(/no line 0/);
    expect(runExplain({ ...web, line: 1, column: 0 }).problem).toMatch(/no column 0/);
    expect(runExplain({ ...web, line: 8, column: 500 }).problem).toMatch(/Nothing at line 8/);
    expect(runExplain({ ...web, text: 'just text' }).problem).toMatch(/holds no field/);
  });

  test('the text names place, handlers and sources', () => {
    const said = explainText(runExplain({ ...web, line: 8 }));
    expect(said).toMatch(/^web\.yaml:8:3 {2}spec\.replicas \(Deployment web\)\n/);
    expect(said).toMatch(/Deployment controller \(syncDeployment\): /);
    expect(said).toMatch(/default 1 \(kube-apiserver defaulting\)/);
    expect(said).toMatch(/pkg\/controller\/deployment\/sync\.go/);
  });
});

test('of a long list of words the first are said, and how many there are', () => {
  const path = 'spec.containers[name="web"].lifecycle.stopSignal';
  const facts = explainField(knowledge, { group: '', kind: 'Pod' }, path);
  expect(facts?.values?.length).toBeGreaterThan(50);
  expect(facts && factsText(facts)).toMatch(/SIGABRT, SIGALRM, .* … \(\d+ words\)/);
});

test('what the system writes is not offered for a change', () => {
  const of = (path: string) => explainField(knowledge, { group: '', kind: 'Pod' }, path);
  const [written, own] = [of('status.qosClass'), of('spec.activeDeadlineSeconds')];
  expect(written && factsText(written)).toMatch(/^Note: Does not change/m);
  expect(own && factsText(own)).toMatch(/^Change it: /m);
});

describe('a field of an object without a text', () => {
  const of = (group: string, kind: string, path: string) => explainField(knowledge, { group, kind }, path);
  test('is found by the path of a step’s change', () => {
    expect(of('', 'Pod', 'spec.containers[name="web"].image')).toMatchObject({
      type: 'core.v1.Container',
      field: 'image',
    });
    expect(of('apps', 'Deployment', 'spec.template.metadata.labels.app.kubernetes.io/name')).toMatchObject({
      field: 'labels',
      entry: 'app.kubernetes.io/name',
    });
    expect(of('', 'Pod', 'status.conditions[type="Ready"]')).toMatchObject({ field: 'conditions' });
  });

  test('has the same page as the field in a manifest', () => {
    const page = fieldPageOf(knowledge, { group: 'apps', kind: 'Deployment' }, 'spec.replicas') ?? '';
    const service = createManifestService({ knowledge });
    service.update('web.yaml', 1, web.text);
    const found = service.explainAt('web.yaml', 7, 3);
    expect(found && fieldPage(found)).toBe(page);
    expect(page).toMatch(/^# spec\.replicas\n\nof apps\/v1 Deployment/);
    expect(fieldPageOf(knowledge, { group: 'stable.example.com', kind: 'CronTab' }, 'spec.size')).toBeUndefined();
  });

  test('has the same words as the hover', () => {
    const facts = of('apps', 'Deployment', 'spec.replicas');
    const said = explainText(runExplain({ ...web, line: 8 }));
    for (const line of facts ? factsText(facts).split('\n') : ['nothing']) expect(said).toContain(line);
  });

  test('that is not known has no explanation', () => {
    expect(of('', 'Pod', 'spec.nope')).toBeUndefined();
    expect(of('nope', 'Pod', 'spec')).toBeUndefined();
    expect(of('', 'Pod', '[')).toBeUndefined();
  });
});
