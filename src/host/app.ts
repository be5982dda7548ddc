// The parts of the host that commands and views share, made in one place and handed on.
import type * as vscode from 'vscode';
import type { AnnotateHost } from './annotate/annotate-host.ts';
import type { Clusters } from './clusters.ts';
import type { ObjectDocuments } from './documents.ts';
import type { Answers } from './editor/answers.ts';
import type { DryRunner } from './editor/dry-run.ts';
import type { Manifests } from './editor/manifests.ts';
import type { EtcdView } from './etcd/etcd-view.ts';
import type { FlowHost } from './flow/flow-host.ts';
import type { Platform } from './platform.ts';
import type { SimulatorSession } from './simulator/session.ts';
import type { RowTree } from './views/row-tree.ts';

export interface App {
  readonly context: vscode.ExtensionContext;
  readonly platform: Platform;
  readonly log: vscode.LogOutputChannel;
  readonly session: SimulatorSession;
  readonly clusters: Clusters;
  readonly documents: ObjectDocuments;
  readonly flow: FlowHost;
  readonly etcd: EtcdView;
  readonly annotate: AnnotateHost;
  readonly manifests: Manifests;
  readonly answers: Answers;
  readonly dryRunner: DryRunner;
  readonly clusterTree: RowTree;
  readonly anatomyTree: RowTree;
}
