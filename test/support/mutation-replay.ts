/**
 * Plays a recorded script against this server on a copy of its home, and tells where the two differ.
 */
import { join } from 'node:path'
import type { Writes } from '../../adapters/rpc/writes.ts'
import type { ProfileName } from '../../domain/profile.ts'
import {
  changesSince,
  compareFiles,
  compareMessages,
  runNow,
  runThen,
  translated,
  type Compared
} from './compare-runs.ts'
import { copyHome, FIXTURES, removeFolder } from './fixture-home.ts'
import { beforeOf, filesOf, type Before } from './normalise.ts'
import { stepsOf, type Script } from './recorded-mutations.ts'
import { clientOf, serverOf, shaken, withEngineOf } from './rpc-client.ts'
import { withStandInWrites } from './stand-in-writes.ts'

const befores = new Map<string, Before>()

/** What a recorded home holds before anything is changed. */
export const knownBefore = (home: string): Before => {
  const known = befores.get(home)
  if (known !== undefined) return known
  const folder = join(FIXTURES, 'homes', home)
  const before = beforeOf(join(folder, 'home'), join(folder, 'home-mtimes.json'))
  befores.set(home, before)
  return before
}

/** The functions of the engine by which the methods change files. */
const NEEDS: Readonly<Record<string, ReadonlyArray<keyof Writes>>> = {
  'thread/rollback': ['rollback'],
  'thread/archive': ['archive'],
  'thread/unarchive': ['unarchive'],
  'thread/delete': ['remove'],
  'thread/name/set': ['rename'],
  'thread/metadata/update': ['updateMetadata'],
  'thread/memoryMode/set': ['setMemoryMode'],
  'thread/inject_items': ['injectItems'],
  'thread/goal/set': ['setGoal'],
  'thread/goal/clear': ['clearGoal'],
  'review/start': ['startReview']
}

/** True when the engine itself can do all that a script asks for; otherwise tests lend it a hand. */
export const isByEngine = (script: Script, engine: object): boolean =>
  stepsOf(script)
    .flatMap(({ request: { method } }) =>
      // A fork takes its parent's name along in 0.142.
      method === 'thread/fork' && script.reader.startsWith('0.142')
        ? (['rename'] as const)
        : (NEEDS[method] ?? [])
    )
    .every((name) => name in engine)

/** A script that was played. */
export interface Replayed {
  readonly compared: ReadonlyArray<Compared>
  /** False when the engine of the test was lent a hand; then files are not compared. */
  readonly byEngine: boolean
}

/** Plays one script. */
export const replayScript = async (name: string, script: Script): Promise<Replayed> => {
  const before = knownBefore(name)
  const home = copyHome(name)
  const profile = script.reader.slice(0, 5) as ProfileName
  const plain = serverOf(home, { profile, strict: true, version: script.reader })
  const byEngine = isByEngine(script, await plain.server.engine())
  const server = withEngineOf(plain, (engine) => withStandInWrites(engine, home))
  const client = await shaken(clientOf(server), { experimentalApi: true }, 'lab')
  const [ours, theirs] = [runNow(before, home), runThen(before)]
  const id = { home: name, script: script.name }
  const files = filesOf(home)
  const compared: Array<Compared> = []
  let requestId = 100
  try {
    for (const { request, messages } of stepsOf(script)) {
      requestId += 1
      const { method, params } = translated(request, ours, theirs, home)
      const received = await client.send(JSON.stringify({ id: requestId, method, params }))
      compared.push(...compareMessages({ ...id, method }, [ours, received], [theirs, messages]))
    }
    if (script.files !== null && byEngine)
      compared.push(compareFiles(id, [ours, changesSince(files, home)], [theirs, script.files]))
    return { compared, byEngine }
  } finally {
    await client.close()
    removeFolder(home)
  }
}
