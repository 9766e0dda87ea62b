// Goals of a home without Codex's database: strict answers and notifications are those of the real binaries, which know
// goals from their database alone. What is written differs: unroll keeps goals in the log.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import {
  aboutGoals,
  GOAL_QUESTIONS,
  goalHome,
  goalLineCounts,
  LATER_QUESTIONS,
  type RecordedGoalAnswers
} from '../support/goal-home.ts'
import { initialized } from '../support/rpc-client.ts'

const asked = async (
  home: string,
  questions: typeof GOAL_QUESTIONS,
  profile: ProfileName,
  strict: boolean
): Promise<ReadonlyArray<unknown>> => {
  const client = await initialized(home, { profile, strict })
  const answers: Array<unknown> = []
  for (const [method, params] of questions)
    answers.push(aboutGoals(await client.send(JSON.stringify({ id: 7, method, params }))))
  await client.close()
  return answers
}

describe('goals that no database knows', () => {
  let home: string
  beforeEach(() => {
    home = goalHome()
  })
  afterEach(() => removeFolder(home))

  for (const file of readdirSync(join(FIXTURES, 'goals'))) {
    const version = file.replace('.json', '')
    const profile = version.slice(0, 5) as ProfileName
    const recorded = readJson(join(FIXTURES, 'goals', file)) as RecordedGoalAnswers

    it(`are answered as Codex ${version} answers, and by the next process too`, async () => {
      const answers = [
        ...(await asked(home, GOAL_QUESTIONS, profile, true)),
        ...(await asked(home, LATER_QUESTIONS, profile, true))
      ]
      expect(answers).to.deep.equal(recorded.answers)
    })

    it(`are written where Codex ${version} does not write them: set unloaded, and cleared`, async () => {
      await asked(home, GOAL_QUESTIONS, profile, true)
      expect(goalLineCounts(home)).to.deep.equal([2, 2, 1])
      expect(recorded.lineCounts).to.deep.equal(profile === '0.130' ? [0, 1, 0] : [1, 2, 0])
    })

    it(`are read from the log unless answers are strict, ${profile}`, async () => {
      const [[answer]] = (await asked(home, GOAL_QUESTIONS.slice(0, 1), profile, false)) as [
        [{ readonly result: { readonly goal: { readonly objective: string } } }]
      ]
      expect(answer.result.goal.objective).to.equal('in the log')
    })
  }
})
