// Goals and names that only Codex's databases hold. The goal: answers are those of Codex over the same databases; what the
// log says later holds. The method: databases and answers that real app-servers left.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { layDatabases, layHome, recordedGoals } from '../../../support/codex-state.ts'
import { right, withEngine } from '../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'

for (const version of ['0.142.5', '0.169.0'])
  describe(`what only the databases of ${version} hold`, () => {
    const { answers, databases, named } = recordedGoals(version)
    const [THREAD = '', PAUSED = ''] = Object.keys(answers)
    let home = ''
    beforeEach(() => {
      home = temporaryFolder()
      layHome(home, version)
    })
    afterEach(() => removeFolder(home))

    const goals = (): Promise<Record<string, unknown>> =>
      withEngine({ home }, async (engine) => {
        const found: Record<string, unknown> = {}
        for (const id of Object.keys(answers)) found[id] = { goal: await right(engine.goal(id)) }
        return found
      })

    it('are the goals that were set outside of a turn', async () => {
      layDatabases(home, { databases })
      expect(await goals()).to.deep.equal(answers)
    })

    it('is seen by an engine that asked before there was a database, and is gone with it', async () => {
      await withEngine({ home }, async (engine) => {
        const logged = await right(engine.goal(PAUSED))
        layDatabases(home, { databases })
        const { goal } = answers[PAUSED] as { readonly goal: unknown }
        expect(await right(engine.goal(PAUSED))).to.deep.equal(goal)
        for (const name of Object.keys(databases)) rmSync(join(home, name))
        expect(await right(engine.goal(PAUSED))).to.deep.equal(logged)
      })
    })

    it('is nothing while it cannot be looked at, and comes back', async () => {
      const path = join(home, Object.keys(databases).find((name) => /goals/.test(name)) ?? '')
      await withEngine({ home }, async (engine) => {
        const logged = await right(engine.goal(PAUSED))
        layDatabases(home, { databases })
        rmSync(path)
        symlinkSync(path, path)
        expect(await right(engine.goal(PAUSED))).to.deep.equal(logged)
        rmSync(path)
        layDatabases(home, { databases })
        const { goal } = answers[PAUSED] as { readonly goal: unknown }
        expect(await right(engine.goal(PAUSED))).to.deep.equal(goal)
      })
    })

    it('does not hold against what the log says later', async () => {
      layDatabases(home, { databases })
      await withEngine({ home }, async (engine) => {
        const { objective, status } = await right(engine.setGoal(PAUSED, { status: 'complete' }))
        expect({ objective, status }).to.deep.equal({
          objective: 'Paint the fence — blue',
          status: 'complete'
        })
        expect(await right(engine.clearGoal(THREAD))).to.equal(true)
      })
      await withEngine({ home }, async (engine) => {
        expect(await right(engine.goal(THREAD))).to.equal(null)
        expect((await right(engine.goal(PAUSED)))?.status).to.equal('complete')
      })
    })

    it('is not what held in the past', async () => {
      const at = { timeMs: Date.parse('2026-11-21T12:00:00Z') }
      const before = await withEngine({ home, at }, async (engine) => right(engine.goal(THREAD)))
      layDatabases(home, { databases })
      const after = await withEngine({ home, at }, async (engine) => right(engine.goal(THREAD)))
      expect(after).to.deep.equal(before)
    })

    it('are names that find their thread when session_index.jsonl is lost', async () => {
      layDatabases(home, { databases })
      rmSync(join(home, 'session_index.jsonl'))
      await withEngine({ home }, async (engine) => {
        for (const [name, id] of Object.entries(named))
          expect(await right(engine.resolve(name))).to.equal(id)
        expect(E.isLeft(await engine.resolve('nobody has this name')())).to.equal(true)
      })
    })
  })
