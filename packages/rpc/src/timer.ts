/** Timers take no longer delay, ms: 24.8 days. */
export const timerMsMax: number = 2 ** 31 - 1;
