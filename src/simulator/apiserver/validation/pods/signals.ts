// The signals that stop a container, by operating system, as lifecycle.stopSignal names them.

const NAMED =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ';

function realTime(base: 'RTMIN+' | 'RTMAX-', most: number): readonly string[] {
  return Array.from({ length: most }, (_, i) => `SIG${base}${i + 1}`);
}

export const STOP_SIGNALS_LINUX: readonly string[] = [
  ...NAMED.split(' ').map((name) => `SIG${name}`),
  'SIGRTMIN',
  'SIGRTMAX',
  ...realTime('RTMIN+', 15),
  ...realTime('RTMAX-', 14),
].sort();

export const STOP_SIGNALS_WINDOWS: readonly string[] = ['SIGKILL', 'SIGTERM'];
