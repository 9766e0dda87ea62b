// Every change of the library with every option: it is honoured, or refused before anything is done. Each call would succeed
// without the option, and is made on a home of its own.
import { expect } from 'chai'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Engine, Goal } from '../../adapters/library.ts'
import type { StoreError } from '../../domain/errors.ts'
import { CHANGE_OPTIONS } from '../../replay/change-options.ts'
import { right, withEngine } from '../support/engines.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { homeFiles } from '../support/home-state.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const AT = '2026-11-21T10:00:00.000Z'
const EVENT = { timestamp: AT, type: 'event_msg', payload: { type: 'context_compacted' } }
const MESSAGE = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] }
const TURN = { text: 'x', settings: { model: 'lab-a' } }

const GOAL: Goal = {
  ...{ threadId: ROOT, objective: 'y', status: 'active', tokenBudget: null },
  ...{ tokensUsed: 0, timeUsedSeconds: 0, createdAt: 1, updatedAt: 1 }
}

type Options = Readonly<Record<string, unknown>>
type Call = (engine: Engine, options: Options) => TE.TaskEither<StoreError, unknown>
type Name = keyof typeof CHANGE_OPTIONS

const NEVER = (): Promise<never> => Promise.reject(new Error('it was staged'))

/** Each change, with arguments that it takes. */
const CALLS: Readonly<Record<Name, Call>> = {
  archive: (engine, o) => engine.archive(ROOT, o),
  unarchive: (engine, o) => engine.unarchive(ROOT, o),
  remove: (engine, o) => engine.remove(ROOT, o),
  restore: (engine, o) => engine.restore(ROOT, o),
  rename: (engine, o) => engine.rename(ROOT, 'new', o),
  undo: (engine, o) => engine.undo(null, o),
  repair: (engine, o) => engine.repair({ operation: 'repair', arguments: {}, stage: NEVER }, o),
  fork: (engine, o) => engine.fork(ROOT, {}, o),
  revert: (engine, o) => engine.revert(ROOT, ROOT, o),
  append: (engine, o) => engine.append(ROOT, [EVENT], 'any', o),
  rollback: (engine, o) => engine.rollback(ROOT, 1, o),
  unrollback: (engine, o) => engine.unrollback(ROOT, o),
  updateMetadata: (engine, o) => engine.updateMetadata(ROOT, { branch: 'b' }, o),
  setMemoryMode: (engine, o) => engine.setMemoryMode(ROOT, 'disabled', o),
  injectItems: (engine, o) => engine.injectItems(ROOT, [MESSAGE], o),
  setGoal: (engine, o) => engine.setGoal(ROOT, { objective: 'x' }, o),
  restoreGoal: (engine, o) => engine.restoreGoal(ROOT, GOAL, o),
  clearGoal: (engine, o) => engine.clearGoal(ROOT, o),
  updateSettings: (engine, o) => engine.updateSettings(ROOT, { model: 'lab-b' }, o),
  startReview: (engine, o) => engine.startReview(ROOT, { type: 'uncommittedChanges' }, o),
  completeReview: (engine, o) => engine.completeReview(ROOT, 'fine', o),
  interruptReview: (engine, o) => engine.interruptReview(ROOT, ROOT, o),
  compact: (engine, o) => engine.compact(ROOT, { summary: 'x', replacementHistory: [] }, o),
  beginTurn: (engine, o) => engine.beginTurn(ROOT, TURN, o),
  interrupt: (engine, o) => engine.interrupt(ROOT, o)
}

/** What has to be done before, so that a change has something to change. */
const FIRST: Readonly<Partial<Record<Name, Name>>> = {
  unarchive: 'archive',
  restore: 'remove',
  undo: 'archive',
  unrollback: 'rollback',
  completeReview: 'startReview',
  interruptReview: 'startReview',
  clearGoal: 'setGoal',
  interrupt: 'beginTurn'
}

/** A legacy thread cannot be reverted, and this repair has nothing to do. */
const REFUSED: ReadonlySet<string> = new Set(['revert', 'repair'])

const VALUES: Options = {
  dryRun: true,
  expectedRevision: 999,
  force: true,
  permanent: true,
  other: 1
}

const state = async (home: string, engine: Engine) => ({
  files: homeFiles(home),
  operations: (await right(engine.operations())).length
})

describe('options of changes', () => {
  for (const [name, [, honoured]] of Object.entries(CHANGE_OPTIONS) as ReadonlyArray<
    readonly [Name, readonly [number, ReadonlyArray<string>]]
  >)
    it(`${name} honours ${honoured.join(', ')}, and refuses every other one`, async () => {
      const home = copyHome('fork-rollback-142')
      await withEngine({ home }, async (engine) => {
        const [call, first] = [CALLS[name], FIRST[name]]
        if (first !== undefined) await right(CALLS[first](engine, {}))
        const before = await state(home, engine)
        for (const [option, value] of Object.entries(VALUES)) {
          const isHonoured = honoured.includes(option)
          if (isHonoured && (option === 'force' || option === 'permanent')) continue
          const answer = await call(engine, { [option]: value })()
          if (!isHonoured)
            expect(answer).to.deep.equal({
              _tag: 'Left',
              left: {
                _tag: 'InvalidRequest',
                message: `${name} does not take the option \`${option}\``
              }
            })
          else if (option === 'expectedRevision')
            expect(answer).to.have.nested.property('left._tag', 'WrongExpectedRevision')
          else if (!REFUSED.has(name)) expect(answer._tag).to.equal('Right')
          expect(await state(home, engine), option).to.deep.equal(before)
        }
        if (REFUSED.has(name)) return
        await right(call(engine, { actor: 'somebody' }))
        expect(await state(home, engine)).to.not.deep.equal(before)
        const [newest] = await right(engine.operations())
        expect(newest?.began.by.actor).to.equal('somebody')
      })
      removeFolder(home)
    })

  it('that a change does not take are no options of its type either', () => {
    const typed = (engine: Engine): ReadonlyArray<unknown> => [
      // @ts-expect-error there is no dry run of an append
      engine.append(ROOT, [EVENT], 'any', { dryRun: true }),
      // @ts-expect-error the expected revision is an argument of its own
      engine.append(ROOT, [EVENT], 'any', { expectedRevision: 1 }),
      // @ts-expect-error a turn that a host drives cannot be tried
      engine.beginTurn(ROOT, TURN, { dryRun: true }),
      // @ts-expect-error a repair is tried by planning it
      engine.repair({ operation: 'repair', arguments: {}, stage: NEVER }, { dryRun: true }),
      // @ts-expect-error names need no force
      engine.rename(ROOT, 'x', { force: true })
    ]
    expect(typed).to.be.a('function')
  })
})
