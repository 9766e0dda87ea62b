/**
 * The question before a change: what it would do, as the server tells, and the offer to undo it afterwards.
 */
import { useEffect, useState } from 'preact/hooks'
import type { Thread } from '../../domain/protocol.ts'
import type { ChangePlan } from '../../domain/unroll-protocol.ts'
import { threadHref } from '../routes.ts'
import { navigate } from '../state/location.ts'
import { offer, say } from '../state/toast.ts'
import { counted } from '../text/times.ts'
import { request } from '../wire/socket.ts'
import { visible } from './ansi.ts'
import { Dialog } from './dialog.tsx'

/** A change as it is asked for. */
export interface AskedChange {
  readonly method: string
  readonly params: object
  /** `Archive this thread`. */
  readonly title: string
  /** What the button says. */
  readonly verb: string
  /** What was done, for the word about it. */
  readonly done: string
}

/** The thread that is changed, as it is seen. */
export interface ChangedThread {
  readonly thread: Thread
  readonly revision: number | null
  /** Called after a change. */
  readonly changed: () => void
}

interface Fork {
  readonly thread?: { readonly id: string }
}

/** The newest operation about a thread. */
const newestOperation = async (threadId: string): Promise<string | null> => {
  const listed = await request<{
    readonly data: ReadonlyArray<{ readonly began: { readonly id: string } }>
  }>('unroll/log/list', { threadId, limit: 1 })
  return listed.ok ? (listed.value.data[0]?.began.id ?? null) : null
}

const undo = async (operationId: string, changed: () => void): Promise<void> => {
  const undone = await request('unroll/undo', { operationId })
  say(undone.ok ? 'Undone' : `Not undone: ${undone.failure.message}`)
  if (undone.ok) changed()
}

const lines = (plan: ChangePlan): ReadonlyArray<string> => [
  ...(plan.operation === 'rollback'
    ? [
        `${counted(plan.turns ?? 0, 'turn')} will no longer be part of the thread. They stay in the file and can be brought back until the next turn.`
      ]
    : []),
  ...(plan.operation === 'unrollback'
    ? [
        plan.turns === null
          ? 'The turns that were taken back last come back.'
          : `${counted(plan.turns, 'turn')} that ${plan.turns === 1 ? 'was' : 'were'} taken back last ${plan.turns === 1 ? 'comes' : 'come'} back.`
      ]
    : []),
  ...(plan.operation === 'fork'
    ? [
        `A new thread begins with ${counted(plan.turns ?? 0, 'turn')} of this one, which stays as it is.`
      ]
    : []),
  ...(plan.files > 0
    ? [
        `${counted(plan.files, 'file')} of ${counted(plan.threadIds.length, 'thread')} will be moved${plan.operation === 'delete' ? ' to the trash of the home, from where it can be brought back' : ''}.`
      ]
    : []),
  ...plan.skipped.map(({ threadId, reason }) => `${threadId.slice(0, 13)} stays: ${reason}.`),
  ...(plan.name === null
    ? []
    : [
        `The name changes from ${plan.name.before === null ? 'none' : `“${plan.name.before}”`} to “${plan.name.after}”.`,
        ...(plan.name.before === null
          ? ['A first name can be changed, and not be taken away again.']
          : [])
      ])
]

/** Asks what a change would do; null while that is under way. */
const usePlan = (change: AskedChange, asked: object) => {
  const [found, setFound] = useState<ChangePlan | string | null>(null)
  const question = JSON.stringify(asked)
  useEffect(() => {
    let isWanted = true
    const params = { ...(JSON.parse(question) as object), dryRun: true }
    void request<ChangePlan>(change.method, params).then((answer) => {
      if (isWanted) setFound(answer.ok ? answer.value : answer.failure.message)
    })
    return () => {
      isWanted = false
    }
  }, [change.method, question])
  return found
}

interface ConfirmProps {
  readonly change: AskedChange
  readonly props: ChangedThread
  readonly close: () => void
}

export const Confirm = ({ change, props, close }: ConfirmProps) => {
  const { thread, revision, changed } = props
  const [failure, setFailure] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const asked = { threadId: thread.id, expectedRevision: revision, ...change.params }
  const plan = usePlan(change, asked)
  const refused = failure ?? (typeof plan === 'string' ? plan : null)
  const run = async (): Promise<void> => {
    setBusy(true)
    const answer = await request<Fork>(change.method, asked)
    setBusy(false)
    if (!answer.ok) return setFailure(answer.failure.message)
    close()
    const made = change.method === 'thread/fork' ? answer.value.thread?.id : undefined
    if (made === undefined) changed()
    else navigate(threadHref(made))
    const operation = await newestOperation(thread.id)
    if (operation === null) say(change.done)
    else offer(change.done, 'Undo', () => void undo(operation, changed))
  }
  return (
    <Dialog title={change.title} close={close}>
      <h2>{change.title}</h2>
      {refused !== null ? (
        <p role="alert">{visible(refused)}</p>
      ) : plan === null || typeof plan === 'string' ? (
        <p class="dim" aria-busy="true">
          Looking at what would change…
        </p>
      ) : (
        lines(plan).map((line) => <p dir="auto">{visible(line)}</p>)
      )}
      <p class="dialog-actions">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="primary"
          disabled={isBusy || refused !== null || plan === null}
          onClick={() => void run()}
        >
          {change.verb}
        </button>
      </p>
    </Dialog>
  )
}

export const Rename = ({
  thread,
  close,
  chosen
}: {
  readonly thread: Thread
  readonly close: () => void
  readonly chosen: (change: AskedChange) => void
}) => {
  const [name, setName] = useState(thread.name ?? '')
  const submit = (event: Event): void => {
    event.preventDefault()
    if (name.trim() === '') return
    chosen({
      ...{ method: 'thread/name/set', params: { name }, title: 'Rename this thread' },
      ...{ verb: 'Rename', done: 'Renamed' }
    })
  }
  return (
    <Dialog title="Rename this thread" close={close}>
      <form onSubmit={submit}>
        <h2>Rename this thread</h2>
        <p>
          <label>
            Name{' '}
            <input
              value={name}
              maxLength={500}
              dir="auto"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
        </p>
        <p class="dialog-actions">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={name.trim() === ''}>
            Next
          </button>
        </p>
      </form>
    </Dialog>
  )
}
