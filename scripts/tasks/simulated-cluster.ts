// A simulated cluster served over HTTPS by `dist/cli.js simulate`, as a process of its own, for tests to talk to.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../lib/dependencies.mjs';
import { stop, untilPrinted } from './processes.ts';
import { temporaryFolder } from './samples.ts';

export const CLI = path.join(ROOT, 'dist', 'cli.js');

export interface SimulatedCluster {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
  stop(): Promise<void>;
}

/** Starts `simulate` with these flags more, and resolves when it says that it is ready. */
export async function startSimulatedCluster(flags: readonly string[] = []): Promise<SimulatedCluster> {
  const folder = temporaryFolder('cluster');
  const [kubeconfig, auditLog] = [path.join(folder, 'kubeconfig'), path.join(folder, 'audit.log')];
  const files = ['--kubeconfig', kubeconfig, '--audit-log', auditLog];
  const child = spawn(process.execPath, [CLI, 'simulate', ...files, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [, server = ''] = await untilPrinted(child, /^ready (https:\S+)$/m, 30_000).catch(async (error) => {
    await stop(child);
    throw error;
  });
  return { server, kubeconfig, auditLog, stop: () => stop(child) };
}
