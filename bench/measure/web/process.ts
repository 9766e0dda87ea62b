/**
 * What a process used (Linux).
 */
import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** Seconds of a core. */
export const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const members = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(members[11]) + Number(members[12])) / TICKS_PER_SECOND
}

export const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024
