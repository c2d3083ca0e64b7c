/** What the status of the process says. A status never changes its meaning. */
export const exitStatus = {
  ok: 0,
  /** The command could not do what it was asked: storage, server or input failed. */
  failed: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
  /** `blocks verify` has found something wrong. */
  damaged: 3,
  /** The answer is there, but the server, or storage, could read a part only. */
  partial: 4,
  /** Stopped by SIGINT or SIGTERM. */
  stopped: 130,
} as const;

/** One of them. */
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
