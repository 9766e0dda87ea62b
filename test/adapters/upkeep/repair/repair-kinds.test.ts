// Every kind of problem that has a repair: the damage is made by hand, check finds it, the plan that answers it makes exactly these
// bytes, check finds it no more, a second plan is empty, and undo brings every byte back.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../../../../adapters/upkeep/check/check.ts'
import { planRepair } from '../../../../adapters/upkeep/repair/planner.ts'
import { applyRepair, takeRepairBack } from '../../../../adapters/upkeep/repair/repair.ts'
import { RULED } from '../../../../domain/upkeep/repair/rules.ts'
import type { Finding } from '../../../../domain/upkeep/check/finding.ts'
import { KINDS, PROBLEM_KINDS } from '../../../../domain/upkeep/check/kinds.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  FILE,
  filed,
  homeOf,
  lineOf,
  metaOf,
  OTHER,
  OTHER_FILE,
  saidOf,
  stateOf,
  THREAD
} from '../../../support/repairs.ts'
import { zstdStored } from '../../../support/zstd.ts'

type Files = Readonly<Record<string, string | Buffer>>

/** The files before, and those that differ after; null for a file that is gone. */
interface Case {
  readonly before: Files
  readonly after: Readonly<Record<string, string | null>>
  /** Kinds that are found too and stay: what they name has no repair. */
  readonly stays?: ReadonlyArray<string>
}

const META = metaOf(THREAD)
const [ONE, TWO] = [saidOf('one'), saidOf('two')]
const TURN = lineOf('turn_context', {
  ...{ cwd: '/work', approval_policy: 'never', sandbox_policy: { type: 'read-only' } },
  ...{ model: 'm', summary: 'auto' }
})
const compressed = (text: string, blockBytes?: number): Buffer =>
  zstdStored(Buffer.from(text), undefined, blockBytes)
const lines = (...all: ReadonlyArray<string>): string => all.map((line) => `${line}\n`).join('')
const blank = (line: string): string => ' '.repeat(Buffer.byteLength(line))
const HALF = ONE.slice(0, -3)
const LONG = saidOf('something that takes longer to say than one or two')
const SHORT = LONG.slice(0, -20)
/** The text `one` with a byte that is no UTF-8 in the place of its middle. */
const badUtf8 = (line: string): Buffer => {
  const bytes = Buffer.from(line)
  bytes[bytes.indexOf('one') + 1] = 0xff
  return bytes
}
const numbered = (...ordinals: ReadonlyArray<number | null>): string =>
  lines(metaOf(THREAD, 0), ...ordinals.map((n) => saidOf('one', n ?? undefined)))
const AWAY = `archived_sessions/${FILE.slice(FILE.lastIndexOf('/') + 1)}`
const TEMPORARY = `${OTHER_FILE.replace('rollout-', '.rollout-')}.tmp`
const name = (id: string, thread_name: string): string => JSON.stringify({ id, thread_name })
const made = (timestamp: string): string =>
  JSON.stringify({
    timestamp,
    type: 'session_meta',
    payload: {
      ...{ id: THREAD, timestamp, cwd: '/work', originator: 'unroll_repair', cli_version: '0.0.0' }
    }
  })
const AT = '2026-11-21T07:36:56.000Z'

const CASES: Readonly<Record<string, Case>> = {
  torn_tail: {
    before: { [FILE]: `${lines(META, ONE)}${HALF}` },
    after: { [FILE]: lines(META, ONE) }
  },
  torn_line: {
    before: { [FILE]: lines(META, HALF, TWO) },
    after: { [FILE]: lines(META, blank(HALF), TWO) }
  },
  glued_lines: {
    before: { [FILE]: lines(META, `${ONE}${TWO}`) },
    after: { [FILE]: lines(META, ONE, TWO) }
  },
  half_then_whole: {
    before: { [FILE]: lines(META, `${SHORT}${LONG}`, TWO) },
    after: { [FILE]: lines(META, `${blank(SHORT.slice(1))}\n${LONG}`, TWO) }
  },
  not_utf8: {
    before: { [FILE]: Buffer.concat([Buffer.from(lines(META)), badUtf8(ONE), Buffer.from('\n')]) },
    after: { [FILE]: lines(META, ONE.replace('one', 'o\ufffde')) }
  },
  nul_bytes: {
    before: { [FILE]: lines(META, '\0'.repeat(20), `${'\0'.repeat(5)}${ONE}`) },
    after: { [FILE]: lines(META, ' '.repeat(20), `${' '.repeat(4)}\n${ONE}`) }
  },
  not_json: {
    before: { [FILE]: lines(META, 'Killed', TWO) },
    after: { [FILE]: lines(META, '      ', TWO) }
  },
  no_final_newline: {
    before: { [FILE]: `${lines(META)}${ONE}` },
    after: { [FILE]: lines(META, ONE) }
  },
  missing_timestamp: {
    before: { [FILE]: lines(META, ONE.replace(`"timestamp":"${AT}",`, '')) },
    after: { [FILE]: lines(META, ONE) }
  },
  byte_order_mark: {
    before: { [FILE]: `\ufeff${lines(META, ONE)}` },
    after: { [FILE]: `   ${lines(META, ONE)}` }
  },
  ordinal_repeated: {
    before: { [FILE]: numbered(1, 1, 2, 5) },
    after: { [FILE]: numbered(1, 2, 3, 5) },
    stays: ['ordinal_gap']
  },
  ordinal_backward: {
    before: { [FILE]: numbered(1, 2, 0, 3) },
    after: { [FILE]: numbered(1, 2, 3, 4) }
  },
  ordinal_missing: {
    before: { [FILE]: numbered(1, null, 3) },
    after: { [FILE]: numbered(1, 2, 3) }
  },
  empty_file: {
    before: { [FILE]: '', [OTHER_FILE]: lines(metaOf(OTHER)) },
    after: { [FILE]: null }
  },
  no_session_meta: {
    before: { [FILE]: lines(ONE, TURN) },
    after: { [FILE]: lines(made(AT), ONE, TURN) }
  },
  late_session_meta: {
    before: { [FILE]: lines(...Array.from({ length: 12 }, () => ONE), META) },
    after: { [FILE]: lines(META, ...Array.from({ length: 12 }, () => ONE), META) }
  },
  id_mismatch: {
    before: { [FILE]: lines(metaOf(OTHER), ONE) },
    after: {
      [FILE]: null,
      [FILE.replace(THREAD, OTHER)]: lines(metaOf(OTHER), ONE)
    }
  },
  bad_filename: {
    before: { 'sessions/2026/11/21/mine.jsonl': lines(META, ONE) },
    after: { 'sessions/2026/11/21/mine.jsonl': null, [FILE]: lines(META, ONE) }
  },
  wrong_folder: {
    before: { [FILE.replace('/21/', '/')]: lines(META, ONE) },
    after: { [FILE.replace('/21/', '/')]: null, [FILE]: lines(META, ONE) }
  },
  duplicate_thread: {
    before: { [FILE]: lines(META, ONE), [AWAY]: lines(META) },
    after: { [AWAY]: null }
  },
  twin_compressed: {
    before: { [FILE]: lines(META, ONE), [`${FILE}.zst`]: compressed(lines(META)) },
    after: { [`${FILE}.zst`]: null }
  },
  compressed_damaged: {
    before: { [`${AWAY}.zst`]: compressed(lines(META, ONE), META.length + 1).subarray(0, -6) },
    after: { [`${AWAY}.zst`]: null, [AWAY]: lines(META) }
  },
  stale_name: {
    before: {
      [FILE]: lines(META, ONE),
      'session_index.jsonl': lines(name(OTHER, 'a'), name(THREAD, 'b'), name(OTHER, 'c'))
    },
    after: { 'session_index.jsonl': lines(name(THREAD, 'b')) }
  },
  damaged_name_line: {
    before: {
      [FILE]: lines(META, ONE),
      'session_index.jsonl': lines(name(THREAD, 'a'), '{"id":"')
    },
    after: { 'session_index.jsonl': lines(name(THREAD, 'a')) }
  },
  leftover_file: {
    before: { [FILE]: lines(META, ONE), [TEMPORARY]: 'half' },
    after: { [TEMPORARY]: null }
  }
}

const LONG_AGO = 1_700_000_000

/** What is found in a home but for notes, which need no repair. */
const findingsOf = async (home: string): Promise<ReadonlyArray<Finding>> => {
  const found: Array<Finding> = []
  for await (const finding of check({ home, index: 'memory' })) found.push(finding)
  return found
}

describe('a repair', () => {
  it('is there for each kind that the catalogue says has one, and for no other', () => {
    const planned = PROBLEM_KINDS.filter((kind) => 'plan' in KINDS[kind].repair)
    expect([...RULED].toSorted()).to.deep.equal([...planned].toSorted())
    expect(Object.keys(CASES).toSorted()).to.deep.equal([...planned].toSorted())
  })

  for (const [kind, { before, after, stays = [] }] of Object.entries(CASES))
    it(`of ${kind} makes exactly the right bytes, is found no more, and goes back`, async () => {
      const home = homeOf(before)
      try {
        if (existsSync(join(home, TEMPORARY))) utimesSync(join(home, TEMPORARY), LONG_AGO, LONG_AGO)
        const original = stateOf(home)
        const found = await findingsOf(home)
        expect(found.map((one) => one.kind)).to.include(kind)
        const { bytes, digest } = filed(planRepair(home, found))
        expect(stateOf(home)).to.deep.equal(original)
        const done = await applyRepair(home, bytes, digest)
        if (E.isLeft(done)) throw new Error(JSON.stringify(done.left))
        const expected = { ...before, ...after }
        const paths = Object.keys(expected).filter((path) => expected[path] !== null)
        expect(Object.keys(stateOf(home))).to.deep.equal(paths.toSorted())
        for (const [path, text] of Object.entries(after))
          if (text !== null) expect(readFileSync(join(home, path), 'utf8'), path).to.equal(text)
        const left = await findingsOf(home)
        const worse = left.filter(({ severity }) => severity !== 'note').map((one) => one.kind)
        expect(worse).to.deep.equal(stays)
        expect(planRepair(home, left).steps).to.deep.equal([])
        const back = await takeRepairBack(home, done.right.operationId ?? '')
        expect(E.isRight(back)).to.equal(true)
        expect(stateOf(home)).to.deep.equal(original)
      } finally {
        removeFolder(home)
      }
    })
})
