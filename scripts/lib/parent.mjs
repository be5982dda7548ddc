/**
 * Calls `act` once when npm's shell, which started this script, is gone. npm hands a SIGTERM to its shell only, so
 * that without this a server started here would outlive `npm start`.
 * @param {() => void} act
 */
export function whenNpmIsGone(act) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 500);
  timer.unref();
}
