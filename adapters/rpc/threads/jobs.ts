/**
 * Long work that clients start: one of a kind at a time for all of them together. It ends when it is done, when its client cancels it,
 * and when its client leaves.
 */

/** Who starts work, and what of it runs. */
interface JobStarter {
  /** Aborts when it is gone. */
  readonly left: AbortSignal
  readonly jobs: Set<string>
}

/** Work that runs. */
export interface ClientJob {
  readonly id: string
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal
  /** To be called when it is over, and everybody was told. */
  readonly end: () => void
}

/** The work of a server. */
export interface Jobs {
  /** Null while another one of the kind runs. */
  readonly begin: (kind: string, session: JobStarter) => ClientJob | null
  /** Cancels work of a client; false for what is none of its own. */
  readonly cancel: (id: string, session: Pick<JobStarter, 'jobs'>) => boolean
}

/** No work runs yet. */
export const createJobs = (): Jobs => {
  const running = new Map<string, string>()
  const aborts = new Map<string, AbortController>()
  let count = 0
  return {
    begin: (kind, session) => {
      if (running.has(kind)) return null
      count += 1
      const id = `${kind}-${count}`
      const abort = new AbortController()
      running.set(kind, id)
      aborts.set(id, abort)
      session.jobs.add(id)
      return {
        id,
        signal: AbortSignal.any([abort.signal, session.left]),
        end: () => {
          running.delete(kind)
          aborts.delete(id)
          session.jobs.delete(id)
        }
      }
    },
    cancel: (id, { jobs }) => {
      if (!jobs.has(id)) return false
      aborts.get(id)?.abort()
      return true
    }
  }
}
