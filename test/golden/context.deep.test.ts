// What real Codex told a model after it had loaded a rollout again, recorded for every rollout that a
// Codex can load. The goal: the same items, the same counts, the same turn they belong to. The method:
// one home for each run of distinct thread ids, and the functions the engine calls; see
// test/fixtures/context/README.md for how the recordings were made.
import { findStream } from '../../replay/ports.ts'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { sentItems } from '../../domain/thread/context/sent.ts'
import { streamId } from '../../domain/ids.ts'
import type { JsonObject } from '../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../domain/log/profile.ts'
import {
  estimateAfterRollback,
  threadContext,
  type ThreadContext
} from '../../replay/past/context/context.ts'
import { catchUp, type Env } from '../../replay/catch-up/project.ts'
import {
  copyHome,
  FIXTURES,
  readJson,
  removeFolder,
  temporaryFolder
} from '../support/fixture-home.ts'

/** What one recording holds. */
interface Recording {
  readonly threadId: string
  readonly sent: ReadonlyArray<JsonObject>
  readonly instructionsBytes: number
  readonly usage: { readonly turnId: string; readonly total: number; readonly last: number } | null
  readonly rollback: Readonly<Record<string, { readonly estimate: number; readonly total: number }>>
  /** Whether the next turn told the model its surroundings again. */
  readonly tellsAgain: boolean
  /** Model of the next turn. */
  readonly model: string
}

/** What the recordings were made with: settings a rollout may differ from. */
const SERVER = { model: 'lab-a', approvalPolicy: 'never', sandbox: 'danger-full-access' }

const LIMIT = 'Codex shortens a tool output to the limit of the model in use'

/** Rollouts for which the model was told something else, and why. */
const OTHER_ITEMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '0.130.0': {
    'context/rollouts/output-array-long.jsonl': LIMIT,
    'context/rollouts/output-long.jsonl': LIMIT
  },
  '0.142.5': {
    'context/rollouts/output-array-long.jsonl': LIMIT,
    'context/rollouts/output-long.jsonl': LIMIT
  }
}

type Recordings = ReadonlyArray<readonly [path: string, recording: Recording]>

const recordingsOf = (version: string): Recordings =>
  Object.entries(
    readJson(join(FIXTURES, 'context', `${version}.json`)) as Record<string, Recording>
  )

/** Recordings in groups without a thread id twice: each group fits into one home. */
const groups = (recordings: Recordings): ReadonlyArray<Recordings> => {
  const made: Array<Array<Recordings[number]>> = []
  for (const recording of recordings) {
    const { threadId } = recording[1]
    const group = made.find((some) => !some.some(([, other]) => other.threadId === threadId))
    if (group === undefined) made.push([recording])
    else group.push(recording)
  }
  return made
}

const openHome = (home: string, version: string): Env => {
  const profile = PROFILES[version.slice(0, 5) as ProfileName]
  const store = jsonlStore({ home, profile, strict: false })
  return { store, index: memoryIndex(), profile, strict: false }
}

type Visit = (env: Env, path: string, recording: Recording) => Promise<void>

const forEachRecording = async (version: string, visit: Visit): Promise<void> => {
  for (const group of groups(recordingsOf(version))) {
    const home = temporaryFolder()
    try {
      for (const [path, { threadId }] of group) {
        const name = `rollout-2026-05-01T10-00-00-${threadId}.jsonl`
        const file = join(home, 'sessions', '2026', '05', '01', name)
        mkdirSync(dirname(file), { recursive: true })
        copyFileSync(join(FIXTURES, path), file)
      }
      const env = openHome(home, version)
      for (const [path, recording] of group) await visit(env, path, recording)
      await env.index.close()
    } finally {
      removeFolder(home)
    }
  }
}

const right = <A>(answer: E.Either<unknown, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const contextOf = async (env: Env, threadId: string): Promise<ThreadContext> => {
  const info = right(findStream(env.store, streamId(threadId)))
  right(await catchUp(env, info))
  return right(await threadContext(env, info))
}

/** Token counts as the recordings hold them. */
const usageOf = ({ tokenUsage }: ThreadContext): Recording['usage'] =>
  tokenUsage === null
    ? null
    : {
        turnId: tokenUsage.turnId ?? '',
        total: tokenUsage.info.total_token_usage.total_tokens,
        last: tokenUsage.info.last_token_usage.total_tokens
      }

/** Runs a comparison over all recordings; names those that differ. */
const differing = async (
  version: string,
  compare: (env: Env, recording: Recording) => Promise<readonly [found: unknown, wanted: unknown]>
): Promise<ReadonlyArray<string>> => {
  const different: Array<string> = []
  await forEachRecording(version, async (env, path, recording) => {
    const [found, wanted] = await compare(env, recording)
    try {
      expect(found).to.deep.equal(wanted)
    } catch {
      different.push(path)
    }
  })
  return different.sort()
}

describe('model context, recorded', function () {
  this.timeout(600_000)

  for (const [version, others] of Object.entries(OTHER_ITEMS)) {
    it(`is what Codex ${version} told a model, but for ${Object.keys(others).length} rollouts with a reason`, async () => {
      const different = await differing(version, async (env, { threadId, sent }) => {
        const { items } = await contextOf(env, threadId)
        return [sentItems(items, env.profile), sent]
      })
      expect(different).to.deep.equal(Object.keys(others).sort())
    })

    it(`restores the token counts of Codex ${version}, and the turn they belong to`, async () => {
      const different = await differing(version, async (env, { threadId, usage }) => {
        return [usageOf(await contextOf(env, threadId)), usage]
      })
      expect(different).to.deep.equal([])
    })

    it(`knows what the next turn of Codex ${version} goes on with, and whether it tells its surroundings again`, async () => {
      const different = await differing(version, async (env, recording) => {
        const { resumesWith, turnContext } = await contextOf(env, recording.threadId)
        const policy = turnContext?.['sandbox_policy'] as JsonObject | undefined
        const tellsAgain =
          turnContext === null ||
          turnContext['approval_policy'] !== SERVER.approvalPolicy ||
          policy?.['type'] !== SERVER.sandbox
        const { model = SERVER.model } = resumesWith ?? {}
        return [
          { model, tellsAgain },
          { model: recording.model, tellsAgain: recording.tellsAgain }
        ]
      })
      expect(different).to.deep.equal([])
    })

    it(`estimates the context after a rollback as Codex ${version} writes it`, async () => {
      const different = await differing(version, async (env, recording) => {
        const info = right(findStream(env.store, streamId(recording.threadId)))
        const instructions = 'x'.repeat(recording.instructionsBytes)
        const found: Record<string, unknown> = {}
        for (const count of Object.keys(recording.rollback)) {
          const counts = await estimateAfterRollback(env, info, Number(count), instructions)
          found[count] = {
            estimate: counts.last_token_usage.total_tokens,
            total: counts.total_token_usage.total_tokens
          }
        }
        return [found, recording.rollback]
      })
      expect(different).to.deep.equal([])
    })
  }

  it('is what Codex 0.169.0 told a model about the paginated threads of every recorded home', async () => {
    type Threads = Readonly<Record<string, Pick<Recording, 'sent' | 'usage'>>>
    const homes = readJson(join(FIXTURES, 'context', '0.169.0.json')) as Record<string, Threads>
    for (const [name, threads] of Object.entries(homes)) {
      const home = copyHome(name)
      try {
        const env = openHome(home, '0.169.0')
        for (const [threadId, { sent, usage }] of Object.entries(threads)) {
          const context = await contextOf(env, threadId)
          expect(sentItems(context.items, env.profile), threadId).to.deep.equal(sent)
          // Codex does not restore what was counted in another file; that is no reason to forget it.
          if (usage !== null) expect(usageOf(context), threadId).to.deep.equal(usage)
        }
        await env.index.close()
      } finally {
        removeFolder(home)
      }
    }
  })
})
