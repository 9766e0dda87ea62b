/**
 * What a server does without being asked: it notifies clients of what other processes write and of changed skills, and
 * unloads idle threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homeNames } from '../../home/names.ts'
import type { Follow, Server } from '../threads/server.ts'
import type { Names } from '../../../replay/home-ports.ts'
import type { StartupOpening } from '../threads/opening.ts'
import { reasonOf } from '../wire/errors.ts'
import { BUSY_MS, REST_MS, type FollowServer } from './followed.ts'
import { createFollowers } from './followers.ts'
import { homeWatcher } from './home.ts'
import { idleUnloader } from './idle.ts'
import { nameWatcher } from './names.ts'
import { watchSkills, type SkillWatchServer } from './skills.ts'

export const createFollow = (
  parts: FollowServer &
    SkillWatchServer &
    Pick<Server, 'powers' | 'remote'> & {
      /** Absent for a server whose engine is opened already. */
      readonly opening?: Pick<StartupOpening<unknown>, 'onceBegun' | 'isBegun'>
    }
): Follow => {
  const { live, watch, home, remote, opening } = parts
  const followers = createFollowers(parts)
  const shownAs = async (threadId: string): Promise<string> => {
    const found = parts.strict ? null : await (await parts.engine).resolve(threadId)()
    return found !== null && E.isRight(found) ? found.right : threadId
  }
  const begin = (names: Names) => nameWatcher(live, names, shownAs)
  // Names that existed when the store was opened, or before anybody asked for a list, are no news.
  const ofFiles = (): Names => homeNames(home)
  const later =
    remote?.then(({ names }) => names) ??
    (opening?.isBegun() === false ? opening.onceBegun.then(ofFiles, ofFiles) : undefined)
  const watched = later?.then(begin)
  watched?.catch(() => undefined)
  const names = later === undefined ? begin(ofFiles()) : undefined
  const notifyNames = async (): Promise<void> => {
    if (opening?.isBegun() !== false) await (names ?? (await watched))?.()
  }
  const threads = homeWatcher(live, parts.engine)
  const unloadIdle = idleUnloader(live, watch.nowMs)
  let restedAtMs = -Infinity
  const sweep = async (): Promise<void> => {
    const looks = followers.sweep()
    const isRest = watch.nowMs() - restedAtMs >= REST_MS
    if (isRest) restedAtMs = watch.nowMs()
    await Promise.all(isRest ? [looks, notifyNames(), unloadIdle(), threads.look()] : [looks])
  }
  const running = new Set<Promise<void>>()
  const safely = (): void => {
    const round = sweep()
      .catch((cause: unknown) => parts.log(`looking around failed: ${reasonOf(cause)}`))
      .finally(() => running.delete(round))
    running.add(round)
  }
  const stop = watch.every(BUSY_MS, safely)
  const skills = parts.powers?.includes('skills') === true ? watchSkills(parts) : null
  return {
    join: followers.join,
    settle: followers.settle,
    joinHome: threads.join,
    sweep,
    idle: async () => {
      await Promise.all([...running, skills?.idle()])
    },
    close: async () => {
      stop()
      await Promise.all([...running, skills?.close()])
      followers.close()
    }
  }
}
