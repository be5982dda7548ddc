// A terminal between a person and a program: it echoes what is typed and hands it on line by line.
import type { Session, SessionSink } from './host.ts';

const ENTER = /[\r\n]/;
const DELETE = '\x7f';
const END = '\x04';
const INTERRUPT = '\x03';

/** `session` with a terminal before it. */
export function withTerminal(session: Session): Session {
  let sink: SessionSink | undefined;
  let line = '';
  const show = (text: string): void => sink?.out(text.replace(/\r?\n/g, '\r\n'));
  const type = (c: string): void => {
    if (ENTER.test(c)) {
      show('\n');
      const whole = `${line}\n`;
      line = '';
      session.input(whole);
    } else if (c === DELETE) {
      if (line !== '') show('\b \b');
      line = line.slice(0, -1);
    } else if (c === END) {
      if (line === '') session.input(undefined);
    } else if (c === INTERRUPT) {
      line = '';
      show('^C\n');
      session.interrupt?.();
    } else if (c >= ' ') {
      line += c;
      show(c);
    }
  };
  return {
    start(given) {
      sink = given;
      session.start({ out: show, err: show, end: (code) => given.end(code) });
    },
    input(bytes) {
      if (bytes === undefined) session.input(undefined);
      else for (const c of bytes) type(c);
    },
    stop: () => session.stop(),
  };
}
