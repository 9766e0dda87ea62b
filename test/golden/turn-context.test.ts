// Which settings of turns count. The goal: a `turn_context` that Codex cannot read counts for nothing here either, so that
// turns without names get the same numbers. The method: each member of the eras' schemas dropped, retyped and nested, and
// the names that versions gave; the real binaries said which of them they skip (`test/oracle/record-settings.ts`).
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toRolloutLine, toldSettings } from '../../domain/log/event.ts'
import { PROFILES, type ProfileName } from '../../domain/log/profile.ts'
import { FIXTURES } from '../support/fixture-home.ts'
import { TURN_CONTEXTS } from '../support/turn-contexts.ts'

const lineOf = (payload: object, era: ProfileName) =>
  toRolloutLine({ timestamp: 't', type: 'turn_context', payload }, PROFILES[era])

describe('settings of turns', () => {
  for (const era of ['0.130', '0.142', '0.169'] as const) {
    it(`count where Codex ${era} reads them`, () => {
      const path = join(FIXTURES, 'turn-context', `${era}.json`)
      const skipped = JSON.parse(readFileSync(path, 'utf8')) as ReadonlyArray<string>
      const ours = TURN_CONTEXTS.filter(([, payload]) => {
        const line = lineOf(payload, era)
        return typeof line === 'string' || line.type !== 'turn_context'
      }).map(([name]) => name)
      expect(ours).to.deep.equal(skipped)
    })
  }

  it('of older shapes are no damage, and still tell unroll the model', () => {
    for (const older of [
      { sandbox_policy: { mode: 'read-only' }, collaboration_mode: null },
      { sandbox_policy: { type: 'read-only' }, collaboration_mode: { mode: 'code', model: 'm' } }
    ]) {
      const settings = {
        cwd: '/w',
        approval_policy: 'never',
        model: 'm',
        summary: 'auto',
        ...older
      }
      const line = lineOf(settings, '0.169')
      expect(line).to.deep.include({ type: 'ignored', kind: 'turn_context' })
      expect(typeof line === 'string' ? null : toldSettings(line)?.model).to.equal('m')
    }
  })
})
