// The settings of the extension, read when they are needed.
import * as vscode from 'vscode';
import { LIMITS, type StartOptions } from '../protocol/worker.ts';

/** Virtual time in which a small cluster has surely started. */
const START_UP_MS = 30_000;

function get<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration('kubeAnatomy').get<T>(key, fallback);
}

/** A number from a settings file may be anything. */
function within(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

export const settings = {
  get autoStart(): boolean {
    return get('simulator.autoStart', true) === true;
  },
  get hover(): boolean {
    return get('hover.enabled', true) === true;
  },
  get codeLens(): boolean {
    return get('codeLens.enabled', true) === true;
  },
  /** Who wrote each field, on live objects. */
  get blame(): boolean {
    return get('blame.enabled', true) === true;
  },
  get diagnostics(): 'auto' | 'on' | 'off' {
    const value: unknown = get('diagnostics.enable', 'auto');
    return value === 'on' || value === 'off' ? value : 'auto';
  },
  /** Families of diagnostics that are switched off. */
  get diagnosticsOff(): ReadonlySet<string> {
    const value: unknown = get('diagnostics.families', {});
    return new Set(Object.entries(value ?? {}).flatMap(([family, wanted]) => (wanted === false ? [family] : [])));
  },
  get dryRunOnSave(): boolean {
    return get<unknown>('diagnostics.dryRunOnSave', false) === true;
  },
  get inlayHints(): boolean {
    return get<unknown>('inlayHints.enabled', false) === true;
  },
  get kubeconfig(): string {
    const value: unknown = get('kubeconfig', '');
    return typeof value === 'string' ? value : '';
  },
};

export function startOptions(): StartOptions {
  return {
    nodes: Math.round(within(get('simulator.nodes', 3), 1, 50, 3)),
    controlPlaneNodes: 1,
    seed: String(get('simulator.seed', 'anatomy')),
    // The start-up runs ahead of real time; clients that compare with their own clock should not see the future.
    epochMs: Math.floor(Date.now() / 1000) * 1000 - START_UP_MS,
    speed: within(get('simulator.speed', 1), LIMITS.minSpeed, LIMITS.maxSpeed, 1),
    running: true,
    settled: true,
    cloud: get<boolean>('simulator.cloud', false) === true,
  };
}
