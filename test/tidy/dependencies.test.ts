import { describe, expect, it } from 'vitest';
import { forbiddenImports, RULES, within } from './dependencies.ts';
import { parse, sources } from './source.ts';

/** One forbidden import for each rule and way of importing: the checker must see every one. */
const BANNED: readonly (readonly [file: string, code: string])[] = [
  ['src/kernel/a.ts', "import type { Pod } from '../model/object.ts'"],
  ['src/kernel/a.ts', "import { readFileSync } from 'node:fs'"],
  ['src/model/a.ts', "import { Step } from '../trace/step.ts'"],
  ['src/model/a.ts', "import { parse } from 'yaml'"],
  ['src/trace/a.ts', "import { components } from '../knowledge/components.ts'"],
  ['src/trace/a.ts', "import { Kernel } from '../kernel/kernel.ts'"],
  ['src/knowledge/a.ts', "export { Step } from '../trace/step.ts'"],
  ['src/cel/a.ts', "import { Cluster } from '../simulator/cluster.ts'"],
  ['src/cel/a.ts', "import { parse } from 'yaml'"],
  ['src/netfilter/a.ts', "import type { Step } from '../trace/step.ts'"],
  ['src/netfilter/a.ts', "import { createHash } from 'node:crypto'"],
  ['src/simulator/a.ts', "import { service } from '../manifest/service.ts'"],
  ['src/simulator/a.ts', "import * as vscode from 'vscode'"],
  ['src/simulator/scheduler/plugins/a.ts', "import { createHash } from 'node:crypto'"],
  ['src/simulator/a.ts', "const later = import('../node/https/server.ts')"],
  ['src/simulator/a.ts', "type Late = import('../protocol/worker.ts').Message"],
  ['src/manifest/a.ts', "import { Cluster } from '../simulator/cluster.ts'"],
  ['src/manifest/a.ts', "import type { Hover } from 'vscode'"],
  ['src/provenance/a.ts', "import { service } from '../manifest/service.ts'"],
  ['src/cluster/a.ts', "import { KubeConfig } from '@kubernetes/client-node'"],
  ['src/cluster/a.ts', "export * from '../node/kubeconfig.ts'"],
  ['src/protocol/a.ts', "import { queue } from '../kernel/queue.ts'"],
  ['src/node/a.ts', "import { tree } from '../host/tree.ts'"],
  ['src/node/a.ts', "import { window } from 'vscode'"],
  ['src/host/a.ts', "import { simulate } from '../simulator/cluster.ts'"],
  ['src/host/a.ts', "import { kubeconfig } from '../node/kubeconfig.ts'"],
  ['src/host/a.ts', "import { Worker } from 'node:worker_threads'"],
  ['webview/scene/a.ts', "import { select } from 'd3'"],
  ['webview/scene/a.ts', "import { draw } from '../render/draw.ts'"],
  ['webview/render/a.ts', "import { tree } from '../../src/host/tree.ts'"],
  ['webview/render/a.ts', "import { panel } from '../panels/flow/main.ts'"],
  ['webview/panels/flow/a.ts', "import { explain } from '../../../src/manifest/explain.ts'"],
  ['webview/panels/flow/a.ts', "import type { ExtensionContext } from 'vscode'"],
];

describe('dependency table', () => {
  it('holds for every file', () => {
    const all = sources();
    expect(all.length).toBeGreaterThan(100);
    expect(all.flatMap(forbiddenImports)).toEqual([]);
  });

  it.each(BANNED)('%s may not say: %s', (file, code) => {
    expect(forbiddenImports(parse(file, code))).toHaveLength(1);
  });

  it('has a negative case for every rule', () => {
    const without = RULES.filter(({ folder }) => !BANNED.some(([file]) => within(file, folder)));
    expect(without.map(({ folder }) => folder)).toEqual([]);
  });

  it('allows what the table allows', () => {
    const file = 'src/simulator/scheduler/a.ts';
    const code =
      "import { Kernel } from '../../kernel/kernel.ts'; import { p256 } from '@noble/curves/nist.js'; import './b.ts'";
    expect(forbiddenImports(parse(file, code))).toEqual([]);
  });

  it('keeps vscode in src/host, the entry points and the host tests', () => {
    const allowed = ['src/host', 'src/extension.ts', 'src/extension.web.ts', 'test'];
    const users = sources().filter(
      ({ file, parsed }) => !allowed.some((a) => within(file, a)) && JSON.stringify(parsed.module).includes('"vscode"'),
    );
    expect(users.map(({ file }) => file)).toEqual([]);
  });
});
