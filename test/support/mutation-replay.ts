/**
 * Plays a recorded script against this server on a copy of its home, and reports where the two differ.
 */
import { join } from 'node:path'
import type { Server } from '../../adapters/rpc/threads/server.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import {
  changesSince,
  compareFiles,
  compareMessages,
  runNow,
  runThen,
  translated,
  type Compared
} from './compare-runs.ts'
import { FIXTURES, copyHome, removeFolder } from './fixture-home.ts'
import { beforeOf, filesOf, type Before } from './normalise.ts'
import { stepsOf, type Script } from './recorded-mutations.ts'
import { clientOf, serverOf, shaken, type TestServer } from './rpc-client.ts'

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

/** Plays one script; over a server of the home unless another is made. Files are compared where there are any. */
export const replayScript = async (
  name: string,
  script: Script,
  made: (home: string, options: Partial<Server>) => Promise<TestServer> = async (...given) =>
    serverOf(...given)
): Promise<ReadonlyArray<Compared>> => {
  const before = knownBefore(name)
  const home = copyHome(name)
  const profile = script.reader.slice(0, 5) as ProfileName
  const options = { profile, strict: true, version: script.reader, reviews: true }
  const server = await made(home, options)
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
    if (script.files !== null && server.server.remote === undefined)
      compared.push(compareFiles(id, [ours, changesSince(files, home)], [theirs, script.files]))
    return compared
  } finally {
    await client.close()
    removeFolder(home)
  }
}
