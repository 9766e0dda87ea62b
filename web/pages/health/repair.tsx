/**
 * What a repair would do, and the commands that do it: the page itself never repairs.
 */
import { useState } from 'preact/hooks'
import { visible } from '../../parts/ansi.ts'
import { Answered } from '../../parts/answered.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { ThreadLink } from '../../parts/thread-link.tsx'
import { useAnswer } from '../../state/answer.ts'
import { home } from '../../state/home.ts'
import { counted, size } from '../../text/times.ts'
import type { PlannedAnswer, PlanStepAnswer } from '../../wire/health-answers.ts'

type UnrepairedAnswer = PlannedAnswer['plan']['unrepaired'][number]

const Where = ({
  threadId,
  path
}: {
  readonly threadId: string | null
  readonly path: string | null
}) => (
  <>
    {threadId === null ? null : <ThreadLink threadId={threadId} />}
    {path === null ? null : (
      <div class="dim">
        <code dir="auto">{visible(path)}</code>
      </div>
    )}
  </>
)

const afterOf = ({ before, after, to, path }: PlanStepAnswer): string => {
  if (after === null) return `${size(before.bytes)} → quarantine`
  const moved = to !== path && to !== null ? `, to ${to}` : ''
  return `${size(before.bytes)} → ${size(after.bytes)}${moved}`
}

const STEPS: ReadonlyArray<ShownColumn<PlanStepAnswer>> = [
  { title: 'file', isWide: true, cell: (step) => <Where {...step} /> },
  {
    title: 'what is done',
    isWide: true,
    cell: ({ why }) => why.map((text) => <div>{visible(text)}</div>)
  },
  { title: 'size', isExtra: true, cell: (step) => visible(afterOf(step)) }
]

const LEFT: ReadonlyArray<ShownColumn<UnrepairedAnswer>> = [
  { title: 'kind', cell: ({ kind }) => kind.replaceAll('_', ' ') },
  { title: 'where', isWide: true, cell: (row) => <Where {...row} /> },
  { title: 'why not', isWide: true, cell: ({ reason }) => visible(reason) }
]

/** A word of a command line, whatever characters it has. */
export const shellWord = (text: string): string =>
  /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

const commandsOf = (threadId: string | null, digest: string): string => {
  const path = home.value?.home
  const where = path === undefined ? '' : ` --home ${shellWord(path)}`
  const thread = threadId === null ? '' : ` ${threadId}`
  return `unroll repair plan${thread} --out plan.json${where}\nunroll repair apply plan.json --digest ${digest}${where}`
}

const Plan = ({
  planned,
  threadId
}: {
  readonly planned: PlannedAnswer
  readonly threadId: string | null
}) => {
  const { steps, unrepaired } = planned.plan
  const commands = commandsOf(threadId, planned.digest)
  return (
    <>
      {steps.length === 0 ? (
        <p class="dim">There is nothing that could be repaired.</p>
      ) : (
        <>
          <p class="choices">
            {counted(steps.length, 'file')} would be changed; the originals are kept. Close Codex,
            then write the plan to a file and apply it:
          </p>
          <div class="commands">
            <pre tabIndex={0} aria-label="commands of the repair">
              {visible(commands)}
            </pre>
            <CopyButton text={commands} what="the commands" />
          </div>
          <Table
            caption="what a repair would do"
            columns={STEPS}
            rows={steps}
            keyOf={({ path }) => path}
          />
        </>
      )}
      {unrepaired.length === 0 ? null : (
        <>
          <h3 class="line-title">Findings that stay</h3>
          <Table
            caption="findings that are not repaired"
            columns={LEFT}
            rows={unrepaired}
            keyOf={(_, index) => index}
          />
        </>
      )}
    </>
  )
}

export const Repair = ({ threadId }: { readonly threadId: string | null }) => {
  const [isAsked, setAsked] = useState(false)
  const params = threadId === null ? {} : { threadId }
  const asked = useAnswer<PlannedAnswer>('unroll/repair/plan', isAsked ? params : null)
  const isAgain = asked.value !== null || asked.failure !== null
  return (
    <section>
      <h2 class="section-title">Repair</h2>
      <p class="choices">
        <button
          type="button"
          disabled={asked.isLoading}
          onClick={() => (isAgain ? asked.again() : setAsked(true))}
        >
          {isAgain ? 'Plan again' : 'Plan a repair'}
        </button>
        Shows what would be done. Nothing is ever repaired from here.
      </p>
      {isAsked ? (
        <Answered asked={asked}>
          {(planned) => <Plan planned={planned} threadId={threadId} />}
        </Answered>
      ) : null}
    </section>
  )
}
