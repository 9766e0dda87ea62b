/**
 * Tells clients that skills have changed. While a thread is loaded, the skill folders of the directories of threads are looked at every
 * two seconds; without one there is no clock.
 */
import { configProblem } from '../../skills/config-problem.ts'
import type { SkillSight } from '../../skills/sight.ts'
import { startPace } from '../../upkeep/check/pace.ts'
import type { FileWatch } from '../../home/file-watch.ts'
import { skillsChanged } from '../threads/notices.ts'
import { skillPlace, type SkillServer } from '../threads/skill-place.ts'
import { reasonOf } from '../wire/errors.ts'

/** How often skill folders are looked at. */
export const LOOK_MS = 2000
/** What changes within this time after a notification is told at its end. */
export const INTERVAL_MS = 10_000

export type SkillWatchServer = SkillServer & {
  readonly watch: FileWatch
  readonly log: (line: string) => void
}

interface SkillWatch {
  /** Resolves when no look runs. */
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Tells clients of a change; false where it is too early. A clock that was set back stops nobody. */
const createTeller = ({ live }: SkillWatchServer): ((nowMs: number) => boolean) => {
  let toldAtMs = -Infinity
  return (nowMs) => {
    if (Math.abs(nowMs - toldAtMs) < INTERVAL_MS) return false
    toldAtMs = nowMs
    live.notify(skillsChanged())
    return true
  }
}

/** Looks while any thread is loaded; one look after the other. */
const startLooking = (server: SkillWatchServer, tell: (nowMs: number) => boolean) => {
  const { live, watch, home, log } = server
  // Not before a thread is loaded: the first page of a list needs none of it.
  let loaded: Promise<SkillSight> | null = null
  const sighted = () =>
    (loaded ??= import('../../skills/sight.ts').then(({ createSkillSight }) => createSkillSight()))
  const ended = new AbortController()
  let met: ReadonlySet<string> = new Set()
  let isUntold = false
  let running: Promise<void> | null = null
  let mustMeet = false
  const directories = () => new Set(live.ids().flatMap((id) => live.find(id)?.settings.cwd ?? []))
  // Where the configuration cannot be read there is no list, and nothing to compare.
  const isReadable = () => configProblem(home) === null

  const meet = async (): Promise<void> => {
    met = directories()
    if (!isReadable()) return
    await (await sighted()).meet(skillPlace(server), met, startPace(ended.signal))
  }
  const look = async (): Promise<void> => {
    const nowMs = watch.nowMs()
    met = directories()
    if (isReadable()) {
      const sight = await sighted()
      const hasChanged = await sight.look(skillPlace(server), met, startPace(ended.signal))
      isUntold ||= hasChanged
    }
    if (isUntold && !ended.signal.aborted) isUntold = !tell(nowMs)
  }
  const start = (work: () => Promise<void>): void => {
    running = work()
      .catch((cause: unknown) => {
        if (!ended.signal.aborted) log(`looking at skills failed: ${reasonOf(cause)}`)
      })
      .finally(() => {
        running = null
        if (!mustMeet || ended.signal.aborted) return
        mustMeet = false
        start(meet)
      })
  }
  const meetSoon = (): void => {
    if (running === null) start(meet)
    else mustMeet = true
  }
  const stopClock = watch.every(LOOK_MS, () => {
    if (running === null) start(look)
  })
  meetSoon()
  return {
    /** A thread may work in a directory that is new. */
    found: (directory: string): void => {
      if (!met.has(directory)) meetSoon()
    },
    rootsSet: meetSoon,
    idle: async (): Promise<void> => {
      while (running !== null) await running
    },
    end: (): void => {
      stopClock()
      ended.abort()
    }
  }
}

/** Watches the skills of the threads of a server from now on. */
export const watchSkills = (server: SkillWatchServer): SkillWatch => {
  const { live } = server
  const tell = createTeller(server)
  let looking: ReturnType<typeof startLooking> | null = null
  let isClosed = false
  live.onThread((threadId) => {
    if (isClosed) return
    const directory = live.find(threadId)?.settings.cwd
    if (directory !== undefined) {
      looking ??= startLooking(server, tell)
      looking.found(directory)
    } else if (live.ids().length === 0) {
      looking?.end()
      looking = null
    }
  })
  live.skillRoots.onSet(() => looking?.rootsSet())
  const idle = async (): Promise<void> => looking?.idle()
  return {
    idle,
    close: async () => {
      isClosed = true
      looking?.end()
      await idle()
    }
  }
}
