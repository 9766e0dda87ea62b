/**
 * Ids, names and paths that try to lead out of a home.
 */
import { THREAD } from '../../support/rollouts.ts'

/** Texts a client may send where an id, a name or a path is expected; `outside` is a folder beside the home. */
export const hostileNames = (home: string, outside: string): ReadonlyArray<string> => [
  '',
  '.',
  '..',
  '../',
  '../../etc/passwd',
  `../outside/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`,
  '/etc/passwd',
  '/dev/zero',
  outside,
  `${outside}/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`,
  `${home}/../outside/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`,
  `${home}/sessions/../../outside/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`,
  `${home}/sessions/link/rollout-2026-05-01T10-00-00-${THREAD}.jsonl`,
  `${THREAD}\0`,
  `\0/etc/passwd`,
  `${THREAD}/../../x`,
  `../${THREAD}`,
  '%2e%2e%2fetc%2fpasswd',
  '..%2f..%2fetc',
  '..\\..\\etc',
  `${THREAD}.`,
  `${THREAD} `,
  `${THREAD}...`,
  THREAD.toUpperCase(),
  THREAD.replaceAll('0', '\uff10'),
  THREAD.replaceAll('-', '\u2010'),
  '\u2024\u2024/\u2024\u2024/etc',
  '~/.ssh/id_rsa',
  'file:///etc/passwd',
  'con',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
  `${'../'.repeat(2000)}etc/passwd`
]
