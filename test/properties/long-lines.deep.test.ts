// Lines that do not fit into the reader's buffer: whatever is left out of them, every answer is the one over lines that were
// read whole. The reference is the store in memory, which holds them parsed.
import { expect } from 'chai'
import fc from 'fast-check'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { CHUNK_BYTES } from '../../adapters/log/jsonl/buffers.ts'
import { memoryStore } from '../../adapters/log/memory/store.ts'
import { streamId } from '../../domain/ids.ts'
import { isJsonObject, textIn, type JsonObject } from '../../domain/json.ts'
import { eraOf } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { right } from '../support/engines.ts'
import { engineOver } from '../support/engine-over.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  emptyHome,
  linesOf,
  metaLine,
  rollout,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../support/rollouts.ts'

const LONG = CHUNK_BYTES + 4096

/** What makes a line long. */
const growth = fc.constantFrom<(payload: JsonObject) => JsonObject>(
  (payload) => ({ ...payload, more: 'x'.repeat(LONG) }),
  (payload) => ({ more: '\\"\n'.repeat(LONG / 3), ...payload }),
  (payload) => ({ ...payload, ['k'.repeat(LONG)]: 'é' }),
  (payload) => ({ ...payload, images: ['data:,', `data:,${'A'.repeat(LONG)}`] }),
  (payload) => ({ ...payload, replacement_history: Array(LONG / 16).fill({ type: 'other' }) }),
  (payload) => {
    const said = ['message', 'text', 'query', 'arguments'].find((key) => key in payload) ?? 'more'
    return { ...payload, [said]: `${textIn(payload[said])}${'lång '.repeat(LONG / 6)}` }
  }
)

const isObject = (text: string): boolean => {
  try {
    return isJsonObject(JSON.parse(text))
  } catch {
    return false
  }
}

/** A rollout of which some lines are long. */
const longRollout = fc
  .tuple(rollout, fc.array(fc.tuple(fc.nat(), growth), { minLength: 1, maxLength: 3 }))
  .map(([lines, grown]) => {
    const values = lines.filter(isObject).map((text) => JSON.parse(text) as JsonObject)
    for (const [at, grow] of grown) {
      const place = at % values.length
      const { payload, ...line } = values[place] as JsonObject
      if (isJsonObject(payload)) values[place] = { ...line, payload: grow(payload) }
    }
    return values
  })

const answersOf = async (engine: Engine): Promise<unknown> => {
  const { preview, turns } = await right(engine.readThread(THREAD, true))
  return {
    preview,
    turns,
    summaries: await right(engine.listTurns(THREAD, { itemsView: 'summary', limit: 100 })),
    damage: await right(engine.damage(THREAD)),
    places: await right(engine.searchOccurrences(THREAD, { searchTerm: 'grü' })),
    usage: await right(engine.usage({ by: 'turn' })),
    tools: await right(engine.tools({ limit: 100 })),
    context: await right(engine.context(THREAD))
  }
}

/** Compared as text: differences of megabytes are no help. */
const told = (answers: unknown): string =>
  JSON.stringify(answers, (_, value: unknown) =>
    typeof value === 'string' && value.length > 200
      ? `${value.slice(0, 100)} ${value.length} ${value.slice(-100)}`
      : value
  )

describe('lines longer than the buffer of the reader', () => {
  let home = ''
  beforeEach(() => {
    home = emptyHome()
  })
  afterEach(() => removeFolder(home))

  for (const era of ['0.142', '0.169'] as const)
    it(`are told as whole ones are (${era})`, () =>
      fc.assert(
        fc.asyncProperty(longRollout, async (values) => {
          const profile = eraOf(era, false)
          const held = memoryStore(profile)
          held.put(streamId(THREAD), values)
          writeRollout(rolloutPath(home, THREAD), linesOf(values.map((v) => JSON.stringify(v))))
          const rich = era === '0.142'
          const files = engineOver(home, {
            rich,
            profile,
            store: jsonlStore({ home, profile, strict: false })
          })
          const whole = engineOver(home, { rich, profile, store: held })
          expect(told(await answersOf(files))).to.equal(told(await answersOf(whole)))
        }),
        { numRuns: 10 }
      )).timeout(300_000)

  const at = '"timestamp":"2026-05-01T10:00:00.000Z"'
  const output = `{${at},"type":"response_item","payload":{"type":"function_call_output","output":"`
  const long = 'o'.repeat(LONG)
  const DAMAGED: Readonly<Record<string, readonly [string | Buffer, string | null]>> = {
    'bytes that are not UTF-8': [Buffer.from(`${output}${long}\xff"}}`, 'latin1'), 'not_utf8'],
    'an unfinished code point': [Buffer.from(`${output}${long}\xe2`, 'latin1'), 'not_utf8'],
    'a NUL byte': [`${output}${long}\0"}}`, 'not_json'],
    'nothing but NUL bytes': [Buffer.alloc(LONG), 'nul_bytes'],
    'nothing but white space': [' '.repeat(LONG), null],
    'no JSON at all': [long, 'not_json'],
    'no end': [`${output}${long}`, 'not_json'],
    'another line behind half of it': [`${output}${long}${userLine('glued')}`, 'not_json'],
    'a message that has no end': [userLine(long).slice(0, -3), 'not_json'],
    'a compaction that is none': [
      `{${at},"type":"compacted","payload":{"more":"${long}"}}`,
      'invalid_payload'
    ],
    'another order of members': [
      `{"type":"event_msg",${at},"payload":{"a":"${long}"}}`,
      'invalid_payload'
    ]
  }
  for (const [name, [line, reason]] of Object.entries(DAMAGED))
    it(`are damage where they should be: ${name}`, async () => {
      const before = linesOf([metaLine(THREAD), userLine('before')])
      const bytes = Buffer.from(line)
      const parts = [before, bytes, `\n${linesOf([userLine('after')])}`].map((one) =>
        Buffer.from(one)
      )
      writeRollout(rolloutPath(home, THREAD), Buffer.concat(parts))
      const engine = engineOver(home)
      const offset = Buffer.byteLength(before)
      const damage = { segment: 0, offset, bytes: bytes.length, reason, revision: 2 }
      expect(await right(engine.damage(THREAD))).to.deep.equal(reason === null ? [] : [damage])
      const { turns } = await right(engine.readThread(THREAD, true))
      expect(turns.flatMap(({ items }) => items).length).to.equal(2)
    })
})
