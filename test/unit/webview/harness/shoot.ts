// Pictures of the flow panel for looking at: node test/unit/webview/harness/shoot.ts [TRACE.json] → artifacts/flow/*.png
import { mkdirSync, readFileSync } from 'node:fs';
import type { ToFlow, Topology } from '../../../../src/protocol/flow.ts';
import { topologyOf } from '../../../../src/protocol/flow-topology.ts';
import type { Step } from '../../../../src/trace/step.ts';
import { deploymentSteps, topology } from '../../scene/recording.ts';
import { bundle, type Look, launch, open } from './page.ts';

const OUT = process.argv[3] ?? 'artifacts/flow';
const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** The machines of a trace that the command line wrote. */
function simulated(): Topology {
  const control = [...CONTROL_PLANE, 'kubelet'];
  const workers = [1, 2, 3].map((n) => ({ name: `worker-${n}`, controlPlane: false }));
  return topologyOf([{ name: 'control-plane-1', controlPlane: true, components: control }, ...workers]);
}

function initOf(steps: readonly Step[], workers: number): ToFlow {
  return {
    type: 'init',
    protocol: 1,
    source: { id: 'test', name: 'simulator', kind: 'simulator' },
    topology: file ? simulated() : topology(workers),
    steps,
    startAt: steps.find((step) => step.actor.component === 'user' && step.action !== 'get')?.id ?? 1,
    autoplay: false,
    clock: { running: false, speed: 1, atUs: 0 },
  };
}

const file = process.argv[2];
const steps = file ? (JSON.parse(readFileSync(file, 'utf8')) as Step[]) : deploymentSteps(3, 3);
const at = (pick: (step: Step) => boolean): number => steps.filter((s) => !s.routine).findIndex(pick);
const places: { readonly [name: string]: number } = {
  start: -1,
  apply: at((s) => s.actor.component === 'user' && s.action !== 'get'),
  decide: at((s) => s.kind === 'decide'),
  schedule: at((s) => s.kind === 'schedule'),
  bind: at((s) => s.request?.subresource === 'binding'),
  sandbox: at((s) => s.action === 'RunPodSandbox'),
  create: at((s) => s.object?.kind === 'Pod' && s.action === 'create'),
  cni: at((s) => s.detail?.type === 'node' && s.detail.api === 'CNI'),
  running: at(
    (s) => s.actor.component === 'kubelet' && s.request?.subresource === 'status' && s.object?.kind === 'Pod',
  ),
  end: steps.length,
};

mkdirSync(OUT, { recursive: true });
const code = await bundle();
console.log(`script ${Math.round(code.script.length / 1024)} KiB, style ${Math.round(code.style.length / 1024)} KiB`);
const browser = await launch();

async function shoot(
  name: string,
  look: Look,
  place: string,
  then?: (page: Awaited<ReturnType<typeof open>>) => Promise<void>,
  init = initOf(steps, 3),
): Promise<void> {
  const page = await open(browser, code, { reducedMotion: true, ...look }, init);
  await page.waitForSelector('.drawing .chip, .drawing .box', { timeout: 5_000 });
  const range = page.locator('.scrubber');
  await range.evaluate((element, value) => {
    const input = element as HTMLInputElement;
    input.value = String(value + 1);
    input.dispatchEvent(new Event('input'));
  }, places[place] ?? -1);
  await then?.(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${OUT}/${name}.png` });
  await page.close();
}

const wide = { width: 1120, height: 720 } as const;
if (!process.env.INSIDE)
  for (const place of Object.keys(places)) await shoot(`dark-${place}`, { theme: 'dark', ...wide }, place);
for (const theme of ['light', 'contrast'] as const) {
  await shoot(`${theme}-running`, { theme, ...wide }, 'running');
  await shoot(`${theme}-schedule`, { theme, ...wide }, 'schedule');
}
await shoot('transcript', { theme: 'dark', ...wide }, 'running', (page) =>
  page.getByRole('tab', { name: 'Transcript' }).click(),
);
for (const tab of ['Sequence', 'Timeline']) {
  for (const theme of ['dark', 'light', 'contrast'] as const)
    await shoot(`${theme}-${tab.toLowerCase()}`, { theme, ...wide }, 'running', (page) =>
      page.getByRole('tab', { name: tab }).click(),
    );
}
const insides = {
  'kube-apiserver': 'running',
  etcd: 'running',
  'kube-scheduler': 'schedule',
  'kube-controller-manager': 'running',
  'ReplicaSet controller': 'decide',
  'worker-1': 'running',
  'kubelet on worker-2': 'cni',
} as const;
for (const [name, place] of Object.entries(insides)) {
  await shoot(`inside-${name.replaceAll(' ', '-')}`, { theme: 'dark', ...wide }, place, async (page) => {
    await page.getByRole('combobox', { name: 'Look inside' }).selectOption({ label: name });
  });
}
await shoot('inside-pod', { theme: 'light', ...wide }, 'end', (page) => page.locator('.chip').first().click());
await shoot('why', { theme: 'light', ...wide }, 'running', (page) => page.keyboard.press('w'));
await shoot('why-graph', { theme: 'dark', width: 1120, height: 1300 }, 'running', (page) => page.keyboard.press('w'));
await shoot('narrow', { theme: 'dark', width: 400, height: 820 }, 'running');
for (const theme of ['dark', 'light', 'contrast'] as const) {
  await shoot(`${theme}-low`, { theme, width: 620, height: 420 }, 'running');
  await shoot(`${theme}-zoom-200`, { theme, width: 520, height: 380 }, 'running');
}
if (file) await browser.close().then(() => process.exit());
await shoot('six', { theme: 'dark', ...wide }, 'running', undefined, initOf(deploymentSteps(9, 6), 6));
await shoot('crowd', { theme: 'dark', ...wide }, 'end', undefined, initOf(deploymentSteps(60, 12), 12));
await browser.close();
