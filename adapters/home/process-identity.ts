/**
 * Which process a lock, a mark or a lease names, and whether it still runs.
 *
 * A process number alone is given to another process sooner or later. Together with the start time of the process, the boot of the
 * machine and the number space (each container has its own) it identifies one process for good.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import type { Fate } from '../../replay/lease.ts'
import type { ProcessIdentity } from '../../replay/ports.ts'

/** What the system does not tell. */
export const UNKNOWN = '0'

const attempt = (read: () => string): string => {
  try {
    return read()
  } catch {
    return UNKNOWN
  }
}

/** State and start time of a process; null when the system does not tell. */
const processStat = (
  pid: number
): { readonly state: string; readonly startTime: string } | null => {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  // The second field is the name of the program, in parentheses, and may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startTime] = [fields[0], fields[19]]
  return state === undefined || startTime === undefined ? null : { state, startTime }
}

let self: ProcessIdentity | null = null

/** This process; what the system does not tell is `0`. */
export const thisProcess = (): ProcessIdentity =>
  (self ??= {
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? UNKNOWN),
    pid: process.pid,
    startTime: processStat(process.pid)?.startTime ?? UNKNOWN
  })

export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

const DEAD_STATES = new Set(['Z', 'X'])

/** What the system tells about a process; `unknown` when it is in another container, or nothing is told. */
export const fateOf = ({ bootId, pidNamespace, pid, startTime }: ProcessIdentity): Fate => {
  const me = thisProcess()
  if (bootId !== me.bootId) return 'gone'
  if (pidNamespace !== me.pidNamespace) return 'unknown'
  if (!isRunning(pid)) return 'gone'
  const stat = processStat(pid)
  if (stat === null) return 'unknown'
  return !DEAD_STATES.has(stat.state) && stat.startTime === startTime ? 'living' : 'gone'
}

/** A process as a part of a file name: `<boot id>.<pid namespace>.<pid>.<start time>`. */
export const nameOf = ({ bootId, pidNamespace, pid, startTime }: ProcessIdentity): string =>
  [bootId, pidNamespace, pid, startTime].join('.')

/** A process that a file is named after, and the parts of the name behind it. */
interface NamedOwner {
  readonly owner: ProcessIdentity
  readonly rest: ReadonlyArray<string>
}

/** The owner of a file named `<head><owner>.…`; null for every other name. */
export const ownerInName = (name: string, head: string): NamedOwner | null => {
  if (!name.startsWith(head)) return null
  const [bootId = '', pidNamespace, pid, startTime, ...rest] = name.slice(head.length).split('.')
  if (pidNamespace === undefined || startTime === undefined) return null
  return { owner: { bootId, pidNamespace, pid: Number(pid), startTime }, rest }
}
