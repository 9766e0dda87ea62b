// What hostile texts cost: steps are counted, so that the test says the same on every machine.
import { expect } from 'chai'
import { RULES, strictRules, type SecretRule } from '../../../domain/redact/rules.ts'
import { patternSteps } from '../../support/pattern-steps.ts'
import { filled, plantedIn } from '../../support/secrets.ts'

const SHORT = 1024
const LONG = 16 * 1024
/** Steps for one character of the worst text. */
const STEPS_MAX = 250

const repeated = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length)

/** Beginnings of a secret again and again, and beginnings that never end. */
const hostileUnits = ({ yes, needs }: SecretRule): ReadonlyArray<string> => {
  const text = filled(yes)
  const ends = [3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 80].filter((end) => end < text.length)
  const starts = [
    ...ends.map((end) => text.slice(0, end)),
    ...needs,
    ...needs.map((need) => need.toUpperCase())
  ]
  const joined = starts.flatMap((start) =>
    ['', '-', '_', ' ', '.', ':', '=', 'a'].map((by) => start + by)
  )
  return [...new Set([...joined, text, ...'aA1 -_./+=:@\\"\t'])]
}

/** The texts that cost most, of one length. */
const worstUnits = (rule: SecretRule): ReadonlyArray<string> =>
  hostileUnits(rule)
    .map((unit) => ({ unit, ...patternSteps(rule.pattern, repeated(unit, SHORT)) }))
    .toSorted((a, b) => b.steps - a.steps)
    .slice(0, 3)
    .map(({ unit }) => unit)

describe('the work of the rules', () => {
  const rules = [
    ...RULES,
    ...strictRules({ homeFolder: '/home/jane', user: 'jane', host: 'pluto' })
  ]

  it('is counted by a matcher that finds what JavaScript finds', () => {
    for (const rule of rules) {
      const text = `one ${plantedIn(rule).text} two ${filled(rule.no)} ${filled(rule.yes, 3)}`
      const found = [...text.matchAll(rule.pattern)].map(({ index, 0: all }) => [
        index,
        index + all.length
      ])
      expect(patternSteps(rule.pattern, text).matches, rule.word).to.deep.equal(found)
    }
  })

  it('grows with the length of a hostile text and no faster', function () {
    this.timeout(60_000)
    const wrong: Array<string> = []
    for (const rule of rules)
      for (const unit of worstUnits(rule)) {
        const [once, twice] = [LONG, 2 * LONG].map(
          (length) => patternSteps(rule.pattern, repeated(unit, length)).steps
        ) as [number, number]
        if (twice > 2.1 * once || twice > STEPS_MAX * 2 * LONG)
          wrong.push(
            `${rule.word}: ${JSON.stringify(unit)} ${once} ${twice}, ${Math.round(twice / 2 / LONG)} a character`
          )
      }
    expect(wrong).to.deep.equal([])
  })
})
