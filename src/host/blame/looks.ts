// The colours and signs of who wrote a line, as decorations: an edge before the line, a sign in the gutter, a mark in the ruler.
import * as vscode from 'vscode';
import type { ColourRole } from '../../knowledge/components.ts';
import { COMPONENT_SIGNS, type RoleSign } from '../../knowledge/signs.ts';

/** Every role, and none: a client that nothing is known of. */
export const ROLES: readonly (ColourRole | undefined)[] = [
  'api',
  'etcd',
  'controller',
  'scheduler',
  'kubelet',
  'runtime',
  'network',
  'user',
  undefined,
];

/** Theme colours, which follow high contrast; pictures in the gutter cannot, so they have two shades of their own. */
const COLOURS: Readonly<Record<ColourRole, readonly [theme: string, light: string, dark: string]>> = {
  api: ['charts.blue', '#0550ae', '#6cb2ff'],
  etcd: ['terminal.ansiCyan', '#0f6a78', '#4cc3d4'],
  controller: ['charts.purple', '#7a3fc7', '#c39bff'],
  scheduler: ['charts.orange', '#b1480b', '#ffa657'],
  kubelet: ['charts.green', '#1a7f37', '#5fd07a'],
  runtime: ['descriptionForeground', '#59636e', '#9da7b1'],
  network: ['charts.yellow', '#7d5e00', '#e3b341'],
  user: ['editor.foreground', '#1f2328', '#e6edf3'],
};

/** A diamond, for clients that nothing is known of. */
const UNKNOWN: RoleSign = { line: 'M0,-5.6L5.6,0L0,5.6L-5.6,0Z' };

export function edgeOf(role: ColourRole | undefined): vscode.DecorationRenderOptions {
  const [theme, light, dark] = role === undefined ? ['descriptionForeground', '#59636e', '#9da7b1'] : COLOURS[role];
  const colour = new vscode.ThemeColor(theme);
  return {
    isWholeLine: true,
    borderWidth: '0 0 0 2px',
    borderStyle: 'solid',
    borderColor: colour,
    overviewRulerColor: colour,
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    gutterIconSize: '85%',
    light: { gutterIconPath: picture(role, light) },
    dark: { gutterIconPath: picture(role, dark) },
  };
}

function picture(role: ColourRole | undefined, colour: string): vscode.Uri {
  const { line, fill } = (role === undefined ? UNKNOWN : COMPONENT_SIGNS[role]) ?? UNKNOWN;
  const paths = [
    line === undefined
      ? ''
      : `<path d="${line}" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linejoin="round"/>`,
    fill === undefined ? '' : `<path d="${fill}" fill="${colour}"/>`,
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-9 -9 18 18" width="16" height="16">${paths.join('')}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${btoa(svg)}`);
}
