/** Where Node keeps what its fetch connects with. */
const dispatcher = Symbol.for('undici.globalDispatcher.1');

/**
 * fetch without limits of its own: Node's gives up after five minutes without a word, while a model on a slow machine is still
 * reading its prompt. How long to wait is said by the task.
 */
export const patientFetch: typeof fetch = (address, init) => {
  const patient = patientDispatcher();
  // Known to Node's fetch, not to the types of that of browsers.
  return fetch(address, patient === undefined ? init : ({ ...init, dispatcher: patient } as RequestInit));
};

/** One like Node's own, proxies included; undefined should Node keep it elsewhere one day, and then its limits hold. */
function patientDispatcher(): object | undefined {
  const usual = (globalThis as Record<symbol, unknown>)[dispatcher];
  if (typeof usual !== 'object' || usual === null) return undefined;
  const Dispatcher = usual.constructor as new (options: object) => object;
  return new Dispatcher({ headersTimeout: 0, bodyTimeout: 0 });
}
