// What a real Codex read after unroll had changed a recorded home. The goal: unroll and Codex agree on threads, turns and
// items whoever wrote them. The method: copy the home, make the change, compare what unroll answers in strict mode with
// what Codex answered when the same was done; `npm run oracle:agree` asks a Codex that is there.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import {
  changed,
  comparable,
  readWhole,
  RECORDED,
  strictAnswers,
  subjectsOf,
  type Recording
} from '../support/agreement.ts'
import { CHANGES } from '../support/changes.ts'
import { right, withEngine } from '../support/engines.ts'
import { copyHome, FIXTURES, removeFolder } from '../support/fixture-home.ts'

const recordingsOf = (reader: string): ReadonlyArray<Recording> => {
  const bytes = readFileSync(join(FIXTURES, 'agree', `${reader}.json.br`))
  return JSON.parse(brotliDecompressSync(bytes).toString('utf8')) as ReadonlyArray<Recording>
}

const answersNow = async (
  reader: string,
  name: string,
  change: string
): Promise<ReadonlyArray<unknown>> => {
  const home = copyHome(name)
  try {
    const make = CHANGES[change]
    if (make === undefined) throw new Error(`no change is called ${change}`)
    const { touched } = await changed(home, reader, make, await subjectsOf(home, false))
    return comparable(name, home, await strictAnswers(home, reader, touched.map(readWhole)))
  } finally {
    removeFolder(home)
  }
}

describe('what Codex reads after changes of unroll', () => {
  for (const [reader, home, changes] of RECORDED) {
    for (const change of changes) {
      it(`is what unroll reads with ${reader}: ${change} of ${home}`, async () => {
        const recorded = recordingsOf(reader).find(
          (one) => one.home === home && one.change === change
        )
        expect(await answersNow(reader, home, change)).to.deep.equal(recorded?.answers)
      })
    }
  }
})

describe('a paginated thread of which every turn is rolled back', () => {
  it('stays in the list, under what was first said in it', async () => {
    const home = copyHome('basic-169')
    try {
      const listed = () =>
        withEngine({ home }, async (engine) => {
          const page = await right(engine.listThreads({ limit: 10, modelProviders: [] }))
          return page.data.map(({ id, preview }) => ({ id, preview })).sort(byId)
        })
      const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
        a.id < b.id ? -1 : 1
      const before = await listed()
      const all = CHANGES['rollbackAll']
      if (all === undefined) throw new Error('there is such a change')
      await changed(home, '0.169.0', all, await subjectsOf(home, false))
      expect(await listed()).to.deep.equal(before)
    } finally {
      removeFolder(home)
    }
  })
})

describe('metadata of a paginated thread', () => {
  it('changes without a second session_meta, before which 0.169 would tell its model nothing', async () => {
    const home = copyHome('basic-169')
    try {
      const subjects = (await subjectsOf(home, false)).slice(0, 1)
      const told = await withEngine({ home }, async (engine) => {
        const id = subjects[0]?.id ?? ''
        const metadata = await right(engine.updateMetadata(id, { branch: 'topic', sha: 'abc123' }))
        const memory = await right(engine.setMemoryMode(id, 'disabled'))
        const { gitInfo } = await right(engine.readThread(id, false))
        const payloads = [...metadata.events, ...memory.events].map(({ type, payload }) => ({
          type,
          payload: { ...payload, threadId: '' }
        }))
        return { gitInfo, payloads }
      })
      const type = 'event_msg'
      const changed = { type: 'unroll_metadata_updated', threadId: '' }
      expect(told).to.deep.equal({
        gitInfo: { sha: 'abc123', branch: 'topic', originUrl: null },
        payloads: [
          {
            type,
            payload: {
              ...changed,
              memory_mode: 'enabled',
              git: { commit_hash: 'abc123', branch: 'topic' }
            }
          },
          { type, payload: { ...changed, memory_mode: 'disabled' } }
        ]
      })
    } finally {
      removeFolder(home)
    }
  })
})

describe('settings of a legacy thread', () => {
  it('are recorded with every member without which 0.169 passes over them', async () => {
    const home = copyHome('basic-142')
    try {
      const id = (await subjectsOf(home, false))[0]?.id ?? ''
      const { events } = await withEngine({ home }, (engine) =>
        right(engine.updateSettings(id, { model: 'lab-b', reasoning_effort: 'low' }))
      )
      expect(events.map(({ payload }) => payload['thread_settings'])).to.deep.equal([
        {
          model: 'lab-b',
          model_provider_id: 'mock',
          approval_policy: 'never',
          approvals_reviewer: 'user',
          permission_profile: { type: 'disabled' },
          cwd: '/workspace/demo',
          reasoning_effort: 'low',
          collaboration_mode: {
            mode: 'default',
            settings: { developer_instructions: null, model: 'lab-b', reasoning_effort: 'low' }
          }
        }
      ])
    } finally {
      removeFolder(home)
    }
  })
})
