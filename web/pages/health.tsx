/**
 * Whether the home is sound: a check on demand, what a repair would do, Codex's databases and the index.
 */
import { useMemo, useState } from 'preact/hooks'
import { visible } from '../parts/ansi.ts'
import { FindingGroups } from '../parts/finding-groups.tsx'
import { HomePage } from '../parts/home-page.tsx'
import { ThreadFilter } from '../parts/thread-filter.tsx'
import { ThreadLink } from '../parts/thread-link.tsx'
import type { Query } from '../routes.ts'
import { useAnswer } from '../state/answer.ts'
import { cancelCheck, check, startCheck, type CheckState } from '../state/check.ts'
import { count, counted, exactTime, size } from '../text/times.ts'
import type { Explained } from '../wire/health-answers.ts'
import { Repair } from './health/repair.tsx'
import { Doctor, Index } from './health/reports.tsx'

const useExplained = (): ReadonlyMap<string, Explained> => {
  const asked = useAnswer<{ readonly data: ReadonlyArray<Explained> }>('unroll/explain/read', {})
  return useMemo(
    () => new Map((asked.value?.data ?? []).map((one) => [one.kind, one])),
    [asked.value]
  )
}

const Start = ({ query, isRunning }: { readonly query: Query; readonly isRunning: boolean }) => {
  const [isDeep, setDeep] = useState(false)
  const threadId = query['thread'] ?? null
  return (
    <p class="choices">
      <button type="button" disabled={isRunning} onClick={() => void startCheck(threadId, isDeep)}>
        Check now
      </button>
      <label>
        <input
          type="checkbox"
          checked={isDeep}
          disabled={isRunning}
          onChange={(event) => setDeep(event.currentTarget.checked)}
        />{' '}
        deep: also what threads mean
      </label>
      <ThreadFilter query={query} />
    </p>
  )
}

const Running = ({ progress }: CheckState) => {
  const isByBytes = progress !== null && progress.bytesTotal !== null
  const value = progress === null ? 0 : isByBytes ? progress.bytes : progress.done
  const most = progress === null ? 1 : isByBytes ? (progress.bytesTotal ?? 1) : progress.total
  return (
    <div class="verdict running">
      <progress aria-label="check" value={value} max={Math.max(1, most)} />
      <span>
        {progress === null
          ? 'Beginning…'
          : `${count(progress.done)} of ${counted(progress.total, 'file')}, ${size(progress.bytes)}`}
      </span>
      <button type="button" onClick={cancelCheck}>
        Cancel
      </button>
    </div>
  )
}

const verdictOf = ({ status, summary, reason }: CheckState) => {
  if (status === 'cancelled')
    return { tone: 'odd', text: 'The check was cancelled; what it found until then is below.' }
  if (status === 'failed') return { tone: 'bad', text: `✗ The check failed: ${reason ?? ''}` }
  if (summary === null) return { tone: 'odd', text: '' }
  if (summary.findings.broken > 0)
    return {
      tone: 'bad',
      text: `✗ ${counted(summary.broken, 'file')} of ${count(summary.rollouts)} broken.`
    }
  return summary.findings.warning > 0
    ? { tone: 'odd', text: '! Nothing is broken; there are warnings.' }
    : { tone: 'good', text: '✓ Everything is sound.' }
}

const Verdict = ({ state }: { readonly state: CheckState }) => {
  const { summary, endedAtMs, isDeep, threadId } = state
  const { tone, text } = verdictOf(state)
  return (
    <div class={`verdict ${tone}`} role="status">
      <p>
        <strong>{visible(text)}</strong>
      </p>
      {summary === null ? null : (
        <p>
          {counted(summary.rollouts, 'file')}, {size(summary.bytes)} read; {count(summary.ok)} fine,{' '}
          {count(summary.warned)} with warnings, {count(summary.broken)} broken;{' '}
          {counted(summary.findings.note, 'note')}
        </p>
      )}
      <p class="dim">
        {isDeep ? 'A deep check' : 'A check'} of{' '}
        {threadId === null ? 'the home' : <ThreadLink threadId={threadId} />}
        {endedAtMs === null ? '' : `, ended ${exactTime(endedAtMs)}`}
      </p>
    </div>
  )
}

const Checked = ({ state }: { readonly state: CheckState }) => {
  const explained = useExplained()
  if (state.status === 'none')
    return <p class="dim">Nothing was checked since this page was opened.</p>
  return (
    <>
      {state.status === 'running' ? <Running {...state} /> : <Verdict state={state} />}
      <FindingGroups findings={state.findings} explained={explained} />
    </>
  )
}

export const HealthPage = ({ query }: { readonly query: Query }) => {
  const state = check.value
  return (
    <HomePage title="Health" isBusy={state.status === 'running'}>
      <Start query={query} isRunning={state.status === 'running'} />
      <Checked state={state} />
      <Repair threadId={query['thread'] ?? null} />
      <Doctor />
      <Index />
    </HomePage>
  )
}
