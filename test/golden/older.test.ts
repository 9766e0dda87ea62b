// Homes of versions before 0.130. The goal: strict answers are those of the real 0.130.0, 0.142.5 and 0.169.0, and unroll's own
// views show what is in the files beyond that. The method: homes that the binaries of 0.20 to 0.138 and the TypeScript client
// wrote; the real Codex of each era was asked (`test/oracle/record-older.ts`), and what the files hold was read by eye.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import type { ThreadItem } from '../../domain/protocol.ts'
import { right, turnsOf, withEngine } from '../support/engines.ts'
import { checked } from '../support/checked.ts'
import { readJson, removeFolder } from '../support/fixture-home.ts'
import { askedAbout, copyOlder, OLDER, olderHomes, threadsIn } from '../support/older-homes.ts'
import { initialized } from '../support/rpc-client.ts'

const ERAS = ['0.130', '0.142', '0.169'] as const

/** 0.130 takes any file with the id in its name for the rollout, and finds no line in a document. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['document-0-1-2505172129 0.130'])

const shownAs = (item: ThreadItem): string => {
  switch (item.type) {
    case 'userMessage':
      return `you ${item.content.map((part) => ('text' in part ? part.text : part.type)).join('')}`
    case 'agentMessage':
      return `codex ${item.text}`
    case 'reasoning':
      return `thought ${item.summary.join(' ')}`
    case 'commandExecution':
      return `ran ${item.command} → ${item.status} ${String(item.exitCode)}`
    default:
      return item.type
  }
}

const BASIC = [
  'you list the files',
  'thought **Thinking** about it',
  "ran bash -lc 'echo one; exit 3' → failed 3",
  'ran echo two → completed 0',
  'codex All done.'
]
const SECOND = ['you second question', 'codex All done.']

/** 0.115 to 0.117 wrote the same about them. */
const COMMANDS = [
  'you run things',
  'ran echo one → completed 0',
  'ran echo two; exit 1 → failed 1',
  "ran printf 'a\nb'\nexit 1 → failed 1",
  'codex All done.'
]

/** What a person sees of the threads of a home, oldest name first. */
const SHOWN: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string>>>> = {
  'bare-0-20-0': [SECOND, BASIC],
  'bare-0-29-0': [BASIC, SECOND],
  'document-0-1-2505172129': [['you say hello', ...BASIC.slice(1)]],
  'tools-0-34-0': [SECOND, BASIC],
  'tools-0-58-0': [BASIC, SECOND],
  'commands-0-115-0': [COMMANDS],
  'commands-0-116-0': [COMMANDS],
  'commands-0-117-0': [COMMANDS],
  'commands-0-118-0': [
    [
      'you run things',
      'ran echo one; exit 3 → failed 3',
      "ran printf 'a\nb'\necho c → completed 0",
      'ran sleep 3; echo late → inProgress null',
      'ran echo sc; exit 4 → failed 4',
      'ran seq 1 6000 → completed 0',
      'codex All done.'
    ]
  ]
}

describe('homes of versions before 0.130', () => {
  for (const name of olderHomes()) {
    it(`${name}: strict answers are those of Codex`, async () => {
      for (const era of ERAS) {
        if (NOT_COMPARED.has(`${name} ${era}`)) continue
        const home = copyOlder(name)
        const client = await initialized(home, { profile: era })
        try {
          const recorded: unknown = readJson(join(OLDER, name, `golden-${era}.json`))
          const said = await askedAbout(home, client.ask)
          expect(said).to.deep.equal(recorded, era)
        } finally {
          await client.close()
          removeFolder(home)
        }
      }
    })
  }

  for (const [name, shown] of Object.entries(SHOWN)) {
    it(`${name}: what was said and run is shown`, async () => {
      const home = copyOlder(name)
      try {
        const threads = await withEngine({ home, rich: true }, (engine) =>
          Promise.all(
            threadsIn(home).map(async (id) =>
              (await turnsOf(engine, id)).flatMap(({ items }) => items.map(shownAs))
            )
          )
        )
        expect(threads).to.deep.equal(shown)
      } finally {
        removeFolder(home)
      }
    })
  }

  for (const name of ['bare-0-29-0', 'document-0-1-2505172129']) {
    it(`${name}: threads are listed and found, told as derived, and not changed`, async () => {
      const home = copyOlder(name)
      const [id = ''] = threadsIn(home)
      try {
        await withEngine({ home, rich: true }, async (engine) => {
          const { data } = await right(engine.listThreads({}))
          expect(data.map((thread) => thread.id).sort()).to.deep.equal(threadsIn(home))
          const items = (await turnsOf(engine, id)).flatMap((turn) => turn.items)
          expect(new Set(items.map(({ certainty }) => certainty))).to.deep.equal(
            new Set(['derived'])
          )
          const found = await right(engine.searchThreads({ searchTerm: 'All done' }))
          expect(found.data.length).to.equal(threadsIn(home).length)
          expect(await right(engine.damage(id))).to.deep.equal([])
          const problems = (await checked({ home })).findings.map(({ kind, severity }) => [
            kind,
            severity
          ])
          expect(problems).to.deep.equal(threadsIn(home).map(() => ['before_envelope', 'note']))
          const refused = await engine.rename(id, 'a name')()
          expect(E.isLeft(refused) && refused.left).to.deep.include({ _tag: 'NotPossible' })
        })
      } finally {
        removeFolder(home)
      }
    })
  }
})
