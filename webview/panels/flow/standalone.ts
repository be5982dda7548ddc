// The panel in a page of its own, without VS Code: the trace stands in the page, and what only the extension could do is
// declined in words.
import type { VsCode } from './host.ts';

const NO = {
  message: 'This page holds the steps alone.',
  advice: 'Open the trace in VS Code with Kube Anatomy to look further.',
};

/** Answers as the extension would; undefined where the page holds no trace. */
export function standalone(): VsCode | undefined {
  const held = document.getElementById('trace')?.textContent;
  if (!held) return undefined;
  let state: unknown;
  const tell = (data: unknown): void => {
    setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data })));
  };
  const done = (request: unknown, text?: string): void =>
    tell({ type: 'done', request, ...(text === undefined ? {} : { text }) });
  return {
    getState: () => state,
    setState: (next) => {
      state = next;
    },
    postMessage(message) {
      const { type, request, ...rest } = message as { readonly type: string; readonly request?: number };
      if (type === 'ready') tell(JSON.parse(held));
      else if (request === undefined) return;
      else if (type === 'export') done(request, saved(rest as Saved));
      else if (type === 'copyTranscript')
        navigator.clipboard.writeText((rest as { readonly markdown: string }).markdown).then(
          () => done(request),
          () =>
            tell({
              type: 'error',
              request,
              message: 'The browser did not allow it.',
              advice: 'Select the text and copy it.',
            }),
        );
      else tell({ type: 'error', request, ...NO });
    },
  };
}

interface Saved {
  readonly suggestedName: string;
  readonly mediaType: string;
  readonly data: string;
  readonly encoding?: 'base64';
}

/** As a download, since a page has no save dialog. */
function saved({ suggestedName, mediaType, data, encoding }: Saved): string {
  const bytes = encoding === 'base64' ? Uint8Array.from(atob(data), (c) => c.charCodeAt(0)) : data;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
  link.download = suggestedName;
  link.click();
  URL.revokeObjectURL(link.href);
  return `Saved as ${suggestedName}.`;
}
