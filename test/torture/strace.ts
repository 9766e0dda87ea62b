/**
 * System calls that fail, or are the end of the process, from outside: native code such as LMDB's is reached too, and so are
 * calls that Node makes by itself. strace is attached when the operation is about to begin.
 *
 * Not every call can be failed so: Node itself ends when its own pipes fail, so `write` is left to `failing-calls.ts`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../support/fixture-home.ts'
import { judged } from './deaths.ts'
import type { FaultReport, Finding } from './faults.ts'
import type { Helper } from './helper.ts'
import type { Prepared, Verdict } from './trial.ts'

const SYNCS = ['fdatasync', 'fsync']
const NAMES = ['rename', 'link', 'unlink', 'mkdir']

/** What is done to which calls. */
export const INJECTIONS: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ['error=ENOSPC', ['pwrite64', 'pwritev', 'ftruncate', ...SYNCS, 'rename', 'link', 'mkdir']],
  ['error=EIO', ['pwrite64', 'pwritev', 'pread64', 'openat', 'getdents64', ...SYNCS, ...NAMES]],
  ['error=EROFS', ['openat', ...NAMES]],
  ['error=EMFILE', ['openat']],
  ['error=EFBIG', ['pwrite64', 'ftruncate']],
  ['signal=SIGKILL', ['write', 'pwrite64', 'pwritev', 'ftruncate', 'openat', ...SYNCS, ...NAMES]]
]

/** Null when strace can attach to a child; else a sentence. */
export const noStrace = (): string | null => {
  const { error, status } = spawnSync('strace', ['-o', '/dev/null', '-e', 'trace=none', 'true'])
  return error === undefined && status === 0 ? null : 'strace is not installed, or may not trace'
}

interface Attached {
  readonly detach: () => Promise<void>
  readonly isHit: () => boolean
}

const attach = async (
  pid: number,
  call: string,
  inject: string,
  log: string
): Promise<Attached> => {
  const words = ['-f', '-p', String(pid), '-o', log, '-e', `trace=${call}`]
  const tracer = spawn('strace', [...words, '-e', `inject=${call}:${inject}`])
  const ended = once(tracer, 'close')
  // It says so when it holds every thread of the process.
  await Promise.race([once(tracer.stderr, 'data'), ended])
  return {
    detach: async () => {
      tracer.kill('SIGTERM')
      await ended
    },
    isHit: () => existsSync(log) && /INJECTED|killed by SIGKILL/.test(readFileSync(log, 'utf8'))
  }
}

interface Trial {
  readonly hit: boolean
  readonly answer: string
  readonly problems: ReadonlyArray<string>
}

const oneTrial = async (
  helper: Helper,
  prepared: Prepared,
  call: string,
  inject: string
): Promise<Trial> => {
  const { pid, folder } = await helper.ask<{ readonly pid: number; readonly folder: string }>({
    do: 'ready',
    prepared
  })
  const log = join(prepared.folder, 'strace.log')
  rmSync(log, { force: true })
  const isDeadly = inject.startsWith('signal')
  const tracer = await attach(pid, call, inject, log)
  const died = await helper.ask({ do: 'run' }).then(
    () => null,
    (cause: unknown) => String(cause)
  )
  await tracer.detach()
  const hit = tracer.isHit()
  if (died === null) {
    const { answer, problems } = await helper.ask<Verdict>({ do: 'verdict' })
    return { hit, answer, problems: hit ? problems : [] }
  }
  if (!isDeadly) return { hit: true, answer: 'none', problems: [died] }
  const { problems } = await judged(helper, folder, prepared.operation)
  removeFolder(folder)
  return { hit, answer: 'killed', problems }
}

/** A call is not failed more often than this in one operation. */
const CALLS_MAX = 60

/** Sweeps one operation. */
export const straceSweep = async (
  helper: Helper,
  operation: string,
  every = 1
): Promise<FaultReport> => {
  const prepared = await helper.ask<Prepared>({ do: 'prepare', operation })
  const answers: Record<string, number> = {}
  const findings: Array<Finding> = []
  let trials = 0
  for (const [how, calls] of INJECTIONS)
    for (const call of calls)
      for (let at = 1; at <= CALLS_MAX; at += every) {
        const inject = `${how}:when=${at}`
        const { hit, answer, problems } = await oneTrial(helper, prepared, call, inject)
        if (!hit) break
        trials += 1
        answers[answer] = (answers[answer] ?? 0) + 1
        if (problems.length > 0)
          findings.push({ trial: `${operation}: ${call} ${inject}`, problems })
      }
  removeFolder(prepared.folder)
  return { operation, trials, answers, findings }
}
