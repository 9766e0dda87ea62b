/**
 * Mistakes put into what Codex posted, or into what was made of its rollouts, one at a time: each must show as a difference without a
 * reason, except for those that no comparison can see (analytics-agreement.md lists them). Which those are is judged by what was
 * changed, not by the comparison. `CORRUPTIONS=3000 SEED=7` make more, and others.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { compareAnalytics } from '../../domain/ledgers/analytics/compare.ts'
import { KNOWN_DIFFERENCES } from '../../domain/ledgers/analytics/not-reconstructable.ts'
import { corrupted, type Lists } from '../support/analytics-corruptions.ts'
import { random } from '../support/random.ts'
import { inherentIn } from '../support/analytics-inherent.ts'
import { LEDGER } from '../support/captured-runs.ts'
import { rebuiltRuns, type RebuiltRun } from '../support/rebuilt-runs.ts'

const COUNT = Number(process.env['CORRUPTIONS'] ?? 1000)
const SEED = Number(process.env['SEED'] ?? 1)
/** At least this percentage is reported, or is inherent. */
const PERCENT_MIN = 99

const unexplained = ({ contract, home }: RebuiltRun, { posted, made }: Lists): number =>
  compareAnalytics(posted, made, contract, KNOWN_DIFFERENCES, home).unexplained

describe('golden: mistakes in analytics', () => {
  const runs: Array<RebuiltRun> = []
  before(async () => {
    for (const run of readdirSync(LEDGER)) runs.push(...(await rebuiltRuns(run)))
  })

  it('are reported, but for those that no comparison can see', () => {
    const next = random(SEED)
    const missed: Array<string> = []
    for (let done = 0; done < COUNT;) {
      const run = runs[Math.floor(next() * runs.length)]
      const mistake = run === undefined ? null : corrupted(run, next)
      if (run === undefined || mistake === null) continue
      done += 1
      if (unexplained(run, mistake.after) > 0 || inherentIn(mistake, run) !== null) continue
      const { kind, side, eventType, field, from, to } = mistake
      missed.push(
        [run.run, side, kind, eventType, field, JSON.stringify(from), JSON.stringify(to)].join(' ')
      )
    }
    const share = ((COUNT - missed.length) * 100) / COUNT
    assert.ok(share >= PERCENT_MIN, `${share} %\n${missed.join('\n')}`)
  })

  it('are reported when a thing of every run is wrong: turns, ids, counts, tokens, clients', () => {
    const everywhere: Readonly<Record<string, (params: object) => object | null>> = {
      'no turn is told': () => null,
      'turns are others': (params) => ({
        ...params,
        turn_id: '01a2ffff-0000-7000-8000-000000000000'
      }),
      'threads are others': (params) => ({
        ...params,
        thread_id: '01a2ffff-0000-7000-8000-000000000000'
      }),
      'counts are 999': (params) => ({
        ...params,
        total_tool_call_count: 999,
        file_change_count: 999
      }),
      'tokens are 1': (params) => ({
        ...params,
        input_tokens: 1,
        output_tokens: 1,
        total_tokens: 1,
        turn_error: null
      }),
      'the client is another': (params) => ({
        ...params,
        app_server_client: { product_client_id: 'other' }
      })
    }
    const swallowed = Object.entries(everywhere).flatMap(([what, change]) =>
      runs.flatMap((run) => {
        const isTurn = ({ event_type }: (typeof run.posted)[number]) =>
          event_type === 'codex_turn_event'
        // A capture without another event of these threads may be that of another process.
        if (!run.posted.some(isTurn) || !run.made.some(isTurn)) return []
        if (!run.posted.some((event) => isTurn(event) && isOfBoth(run, event))) return []
        const posted = run.posted.flatMap((event) => {
          if (!isTurn(event)) return [event]
          const event_params = change(event.event_params)
          return event_params === null
            ? []
            : [{ ...event, event_params: event_params as typeof event.event_params }]
        })
        return unexplained(run, { ...run, posted }) === 0 ? [`${run.run}: ${what}`] : []
      })
    )
    assert.deepEqual(swallowed, [])
  })
})

/** A turn that both sides have, in a thread of which the capture has more. */
const isOfBoth = (run: RebuiltRun, { event_params }: RebuiltRun['posted'][number]): boolean =>
  run.made.some((made) => made.event_params['turn_id'] === event_params['turn_id']) &&
  run.posted.some(
    (other) =>
      other.event_type !== 'codex_turn_event' &&
      other.event_params['thread_id'] === event_params['thread_id']
  )
