// What a fresh Codex answered about a recorded home, asked again. The goal: in strict mode every
// answer is the same to the last member. The method: copy the home, send each recorded request
// through the dispatcher, compare whole responses.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/profile.ts'
import {
  copyHome,
  FIXTURES,
  homeNames,
  placed,
  readJson,
  removeFolder
} from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

// Methods this server does not have, answers from a database that is not in the home, and
// `errors.json`, which is replayed elsewhere.
const LEFT_OUT = /^(thread-search|goal-get|with-db|errors\.json)/

interface Step {
  readonly request: { readonly method: string; readonly params: unknown }
  readonly response: Message
}

interface Recording {
  readonly reader: string
  readonly steps: ReadonlyArray<Step>
}

const recordings = (folder: string): ReadonlyArray<Recording> =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !LEFT_OUT.test(name))
    .sort()
    .map((name) => readJson(join(folder, name)) as Recording)

const replay = async (name: string, all: ReadonlyArray<Recording>): Promise<void> => {
  const home = copyHome(name)
  const profile = (all[0]?.reader ?? '').slice(0, 5) as ProfileName
  const client = await initialized(home, { profile })
  try {
    for (const { request, response } of all.flatMap(({ steps }) => placed(steps, home))) {
      // A rollout may name the home it was written in; the recording shows a stand-in there too.
      const answered = placed(await client.ask(request.method, request.params), home)
      expect({ request, response: answered }).to.deep.equal({ request, response })
    }
  } finally {
    await client.close()
    removeFolder(home)
  }
}

describe('answers about recorded homes', () => {
  for (const name of homeNames()) {
    const goldens = readdirSync(join(FIXTURES, 'homes', name)).filter((x) => x.startsWith('golden'))
    for (const folder of goldens) {
      const all = recordings(join(FIXTURES, 'homes', name, folder))
      if (all.length === 0) continue
      it(`are those of Codex ${all[0]?.reader} for ${name}`, () => replay(name, all))
    }
  }
})
