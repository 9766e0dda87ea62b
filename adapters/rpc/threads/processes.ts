/**
 * Programs that clients of a server started: which of them run, how many there may be, and that none outlives its client.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StartedProgram } from '../../processes/program.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'

const OF_CLIENT_MAX = 64
const OF_SERVER_MAX = 256

/** What is said where no program of that name runs. */
export const NO_PROGRAM = {
  process: (handle: unknown): RpcError =>
    invalidRequest(`no active process for process handle ${JSON.stringify(String(handle))}`),
  command: (id: unknown): RpcError =>
    invalidRequest(`no active command/exec for process id ${JSON.stringify(String(id))}`)
} as const

/** Who starts programs. */
interface ProcessStarter {
  /** Aborts when nothing more is read from it. */
  readonly ending: AbortSignal
  readonly jobs: Set<string>
}

/** A program of a client. */
export interface ClientProcess {
  /** What its notifications are addressed by. */
  readonly job: string
  readonly program: StartedProgram
  readonly hasInput: boolean
}

/** A place for a program, kept before it is started. */
export interface ProcessPlace {
  readonly job: string
  readonly started: (program: StartedProgram, hasInput: boolean) => void
  /** To be called when it is over and its client was told, or was never started. */
  readonly leave: () => void
}

export interface Processes {
  readonly enter: (starter: ProcessStarter, key: string) => E.Either<RpcError, ProcessPlace>
  readonly find: (starter: ProcessStarter, key: string) => ClientProcess | null
  /** True also for one that is being started. */
  readonly has: (starter: ProcessStarter, key: string) => boolean
}

export const createProcesses = (): Processes => {
  const clients = new WeakMap<ProcessStarter, Map<string, ClientProcess | null>>()
  let count = 0
  let all = 0
  const ofClient = (starter: ProcessStarter) => {
    const known = clients.get(starter) ?? new Map<string, ClientProcess | null>()
    clients.set(starter, known)
    return known
  }
  return {
    find: (starter, key) => clients.get(starter)?.get(key) ?? null,
    has: (starter, key) => clients.get(starter)?.has(key) ?? false,
    enter: (starter, key) => {
      const mine = ofClient(starter)
      if (starter.ending.aborted) return E.left(invalidRequest('the connection is closing'))
      if (mine.size >= OF_CLIENT_MAX)
        return E.left(invalidRequest(`a client may run ${OF_CLIENT_MAX} programs at a time`))
      if (all >= OF_SERVER_MAX)
        return E.left(invalidRequest(`this server runs ${OF_SERVER_MAX} programs already`))
      count += 1
      all += 1
      const job = `program-${count}`
      let kill = (): void => undefined
      mine.set(key, null)
      starter.jobs.add(job)
      return E.right({
        job,
        started: (program, hasInput) => {
          mine.set(key, { job, program, hasInput })
          kill = program.kill
          if (starter.ending.aborted) return kill()
          starter.ending.addEventListener('abort', kill, { once: true })
        },
        leave: () => {
          all -= 1
          mine.delete(key)
          starter.jobs.delete(job)
          starter.ending.removeEventListener('abort', kill)
        }
      })
    }
  }
}
