// A request and its answer as they went over the wire, asked for when the reader opens them.
import { isRecord } from '../../../src/model/object.ts';
import type { Exchange } from '../../../src/trace/exchange.ts';
import { h, present } from './dom.ts';

/** Characters of a body; what is longer is cut, and says so. */
const MOST = 40_000;

/** What the host answered: an exchange as JSON, or a sentence on why there is none. */
export function parseExchange(text: string | undefined): Exchange | string {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (isRecord(value) && isRecord(value.request) && isRecord(value.response)) return value as unknown as Exchange;
  } catch {
    // Said below.
  }
  return 'Headers and bodies of this step are not kept: of upkeep only the newest steps are.';
}

export function exchangeView(ask: () => Promise<Exchange | string>): HTMLElement {
  const room = h('div', { role: 'status' });
  const whole = h('details', { class: 'exchange-view' }, h('summary', {}, 'Headers and bodies'), room);
  let asked = false;
  whole.addEventListener('toggle', () => {
    if (!whole.open || asked) return;
    asked = true;
    room.textContent = 'Asking …';
    void ask().then((answer) => {
      if (typeof answer === 'string') room.replaceChildren(h('p', { class: 'dim' }, answer));
      else room.replaceChildren(...parts(answer));
    });
  });
  return whole;
}

function parts({ request, response, etcd }: Exchange): HTMLElement[] {
  return present([
    h('h4', {}, 'Request'),
    h('pre', { tabindex: 0 }, head(request.line, request.headers)),
    request.body !== undefined && body('Body of the request', request.body),
    h('h4', {}, 'Response'),
    h('pre', { tabindex: 0 }, head(`HTTP ${response.code}`, response.headers)),
    response.body !== undefined && body('Body of the response', response.body),
    response.note !== undefined && h('p', { class: 'dim' }, response.note),
    etcd && h('h4', {}, 'etcd'),
    etcd &&
      h(
        'p',
        {},
        h('code', {}, etcd.key),
        ` revision ${etcd.before === undefined ? '' : `${etcd.before} → `}${etcd.revision}${etcd.before === undefined ? ', new' : ''}`,
      ),
  ]).filter((part): part is HTMLElement => part instanceof HTMLElement);
}

function head(line: string, headers: Exchange['request']['headers']): string {
  return [line, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
}

function body(label: string, value: unknown): HTMLElement {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  const shown = text.length > MOST ? `${text.slice(0, MOST)}\n… (${text.length - MOST} more characters)` : text;
  return h('pre', { tabindex: 0, 'aria-label': label }, shown);
}
