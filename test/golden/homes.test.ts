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

// Methods this server does not have, and `errors.json`, which is replayed elsewhere.
const LEFT_OUT = /^(thread-search|goal-get|errors\.json)/
const SERVED = /^(thread\/(list|read|turns|loaded)|getConversationSummary)/

// What the files cannot tell, by name. Everything else is compared to the last member.
//  - recordings made with the writer's database beside the home show its recency, which 0.142 keeps only there,
//    and in crash-142 one update time it had kept from the live run;
//  - the update time of a thread without metadata (damaged-*, asked by id) counts in its milliseconds how many
//    lists the recording process had served before.
const withoutMember = (value: unknown, member: string): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === member ? undefined : inner)))

const toTheSecond = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/("updatedAt":"[^".]*)\.\d+Z"/g, '$1Z"'))

const comparable = (name: string, file: string, response: unknown): unknown => {
  if (/^damaged-/.test(name) && file === 'conversation-summary.json') return toTheSecond(response)
  if (!file.startsWith('with-db')) return response
  const known = withoutMember(response, 'recencyAt')
  return name === 'crash-142' ? withoutMember(known, 'updatedAt') : known
}

interface Step {
  readonly request: { readonly method: string; readonly params: unknown }
  readonly response: Message
}

interface Recording {
  readonly file: string
  readonly reader: string
  readonly steps: ReadonlyArray<Step>
}

const recordings = (folder: string): ReadonlyArray<Recording> =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json') && !LEFT_OUT.test(name))
    .sort()
    .map((file) => ({ ...(readJson(join(folder, file)) as Recording), file }))
    .map((recording) => ({
      ...recording,
      steps: recording.steps.filter(({ request }) => SERVED.test(request.method))
    }))

const replay = async (name: string, all: ReadonlyArray<Recording>): Promise<void> => {
  const home = copyHome(name)
  const profile = (all[0]?.reader ?? '').slice(0, 5) as ProfileName
  const client = await initialized(home, { profile })
  try {
    for (const { file, steps } of all) {
      for (const { request, response } of placed(steps, home)) {
        // A rollout may name the home it was written in; the recording shows a stand-in there too.
        const answered = placed(await client.ask(request.method, request.params), home)
        const pair = [answered, response].map((one) => comparable(name, file, one))
        expect({ request, response: pair[0] }).to.deep.equal({ request, response: pair[1] })
      }
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
