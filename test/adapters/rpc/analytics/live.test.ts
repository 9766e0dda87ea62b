// Live facts: recorded sessions of a client with the real binaries, played to this server, whose capture is compared with
// what the real one posted in the same session. A host tells what the real server told; what it alone could know stays open.
import * as E from 'fp-ts/lib/Either.js'
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  compareAnalytics,
  type KnownDifference,
  type AgreementVerdict
} from '../../../../domain/ledgers/analytics/compare.ts'
import { eventsOfLine, type PostedEvent } from '../../../../domain/ledgers/analytics/envelope.ts'
import { FIXTURES } from '../../../support/fixture-home.ts'
import { playSession, profileOfRun } from '../../../support/recorded-session.ts'

const OTHER_MACHINE = 'the recording was made on another machine'
const OWN_CLOCK = 'this server tells it, by its own clock'
const MODEL = 'known to whoever runs the model'
const GIT = 'this server does not ask git'
const OWN_WORK = 'a change of the thread that the host would tell of'

const CLOCK_MS = 50

const named = (
  fields: string,
  reason: string,
  rest: Partial<KnownDifference> = {}
): ReadonlyArray<KnownDifference> =>
  fields.split(/\s+/).map((field) => ({ field, reason, ...rest }))

const near: NonNullable<KnownDifference['when']> = ({ captured, reconstructed }) =>
  Math.abs(Number(captured) - Number(reconstructed)) <= CLOCK_MS

const HEARD = 'the recording tells when the client spoke, not when its server heard it'

/** Everything in which the two may differ. */
const KNOWN: ReadonlyArray<KnownDifference> = [
  ...named('runtime.runtime_os_version', OTHER_MACHINE),
  ...named('created_at', OWN_CLOCK, { event: 'codex_thread_initialized' }),
  ...named('started_at completed_at duration_ms', OWN_CLOCK, { event: 'codex_turn_event' }),
  ...named(
    `before_first_sampling_ms sampling_ms between_sampling_overhead_ms tool_blocking_ms after_last_sampling_ms
    sampling_request_count sampling_retry_count compaction_ms tools_change_count reasoning_effort reasoning_summary
    personality codex_error_kind originating_response_id subsequent_response_id tool_event_type sandbox_backend`,
    MODEL,
    { notReconstructable: true }
  ),
  ...named('is_worktree repo_hash', GIT, { notReconstructable: true }),
  ...named('completed_at_ms duration_ms', HEARD, { event: 'codex_review_event', when: near }),
  ...named('explicit_client_interrupt_requested_at_ms', HEARD, { when: near }),
  {
    event: 'codex_compaction_event',
    notReconstructable: true,
    reason: OWN_WORK
  },
  {
    event: 'codex_command_execution_event',
    contracts: ['0.142'],
    reason: '0.142.5 loses commands that run for long',
    when: ({ capturedEvent }) => capturedEvent === null
  }
]

const eventsIn = (text: string): ReadonlyArray<PostedEvent> =>
  text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const events = eventsOfLine(line)
      if (E.isLeft(events)) throw new Error(events.left)
      return events.right
    })

const played = async (run: string) => {
  const { captured, translated, logged, refusals } = await playSession(run)
  const theirs = readFileSync(join(FIXTURES, 'ledger', run, 'analytics.jsonl'), 'utf8')
  const [left, right] = [eventsIn(translated(theirs)), eventsIn(captured)]
  return {
    left,
    right,
    logged,
    refusals,
    comparison: compareAnalytics(left, right, profileOfRun(run), KNOWN)
  }
}

const isOpen = ({
  verdict,
  reason
}: {
  readonly verdict: AgreementVerdict
  readonly reason: string | null
}) => verdict !== 'equal' && reason === null

const SCENARIOS = [
  'plain',
  'approvals',
  'approval-aborted',
  'steered',
  'steers-refused',
  'interrupts',
  'context-failure',
  'patches',
  'command-late',
  'zero-usage',
  'same-ids',
  'incomplete'
]

/** Runs in which 0.142.5 lost every command. */
const LOSES_COMMANDS = new Set(['command-late-142', 'steered-142', 'steers-refused-142'])

describe('live analytics of a server whose turns a host runs', () => {
  for (const era of ['130', '142', '169'])
    for (const scenario of SCENARIOS) {
      const run = `${scenario}-${era}`
      it(`are those that the real binary posted: ${run}`, async () => {
        const { left, right, logged, refusals, comparison } = await played(run)
        const open = comparison.events.flatMap((event) =>
          event.fields.length === 0
            ? [event].filter(isOpen).map(({ eventType, verdict }) => [eventType, verdict])
            : event.fields
                .filter(isOpen)
                .map(({ field, ...sides }) => [event.eventType, field, sides])
        )
        expect(open).to.deep.equal([])
        expect(logged).to.deep.equal([])
        expect(refusals.map(({ ours }) => ours)).to.deep.equal(refusals.map(({ theirs }) => theirs))
        const types = (events: ReadonlyArray<PostedEvent>) =>
          new Set(events.map(({ event_type }) => event_type))
        expect([...types(right)].filter((type) => !types(left).has(type))).to.deep.equal(
          LOSES_COMMANDS.has(run) ? ['codex_command_execution_event'] : []
        )
      })
    }
})
