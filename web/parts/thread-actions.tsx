/**
 * What can be done to a thread from its page, where the server lets it.
 */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Thread } from '../../domain/protocol.ts'
import { say } from '../state/toast.ts'
import { count, counted } from '../text/times.ts'
import { request } from '../wire/socket.ts'
import { Confirm, Rename, type AskedChange, type ChangedThread } from './change-dialog.tsx'

interface ThreadActionsProps extends ChangedThread {
  /** The turn that is looked at; null: the last one. */
  readonly turnId: string | null
  readonly total: number | null
}

/** The place of the turn that is looked at. */
const placeOf = async (threadId: string, turnId: string): Promise<number | null> => {
  const range = await request<{ readonly data: ReadonlyArray<{ readonly n: number }> }>(
    'unroll/turns/range',
    { threadId, turnId, count: 1, itemsView: 'notLoaded' }
  )
  return range.ok ? (range.value.data[0]?.n ?? null) : null
}

const archiving = (archived: boolean): AskedChange =>
  archived
    ? {
        ...{ method: 'thread/unarchive', params: {}, title: 'Bring this thread back' },
        ...{ verb: 'Bring back', done: 'Brought back' }
      }
    : {
        ...{ method: 'thread/archive', params: {}, title: 'Archive this thread' },
        ...{ verb: 'Archive', done: 'Archived' }
      }

const UNROLLBACK: AskedChange = {
  ...{ method: 'unroll/unrollback', params: {}, title: 'Bring back turns' },
  ...{ verb: 'Bring back', done: 'Brought back' }
}

const TRASH: AskedChange = {
  ...{ method: 'thread/delete', params: {}, title: 'Move to the trash' },
  ...{ verb: 'Move to the trash', done: 'Moved to the trash' }
}

/** What is open: the menu, the name, or the question before a change. */
const open = signal<'menu' | 'name' | AskedChange | null>(null)

const Menu = ({ props }: { readonly props: ThreadActionsProps }) => {
  const { thread, turnId, total } = props
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.querySelector('button')?.focus(), [])
  const back = async (): Promise<void> => {
    const n = turnId === null ? null : await placeOf(thread.id, turnId)
    const turns = total === null || n === null ? 1 : total - n - 1
    if (turns < 1) return say('This is the last turn: nothing comes after it')
    open.value = {
      ...{ method: 'unroll/rollback', params: { turns }, verb: 'Roll back' },
      title: n === null ? 'Roll back the last turn' : `Roll back to turn ${count(n + 1)}`,
      done: `Rolled back ${counted(turns, 'turn')}`
    }
  }
  const fork: AskedChange = {
    ...{ method: 'thread/fork', verb: 'Fork', done: 'Forked' },
    title: turnId === null ? 'Fork this thread' : 'Fork behind this turn',
    params: { excludeTurns: true, ...(turnId === null ? {} : { lastTurnId: turnId }) }
  }
  const archive = archiving(isArchived(thread))
  const entries: ReadonlyArray<readonly [string, () => void]> = [
    ['Rename…', () => (open.value = 'name')],
    [`${archive.title}…`, () => (open.value = archive)],
    [`${fork.title}…`, () => (open.value = fork)],
    [turnId === null ? 'Roll back the last turn…' : 'Roll back to this turn…', () => void back()],
    ['Bring back rolled back turns…', () => (open.value = UNROLLBACK)],
    ['Move to the trash…', () => (open.value = TRASH)]
  ]
  const move = (event: KeyboardEvent): void => {
    const buttons = [...(box.current?.querySelectorAll('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    event.stopPropagation()
    if (event.key === 'Escape') open.value = null
    if (step === undefined) return
    event.preventDefault()
    buttons[(at + step + buttons.length) % buttons.length]?.focus()
  }
  return (
    <div class="menu" role="menu" aria-label="actions" ref={box} onKeyDown={move}>
      {entries.map(([name, run]) => (
        <button type="button" role="menuitem" class="plain" onClick={run}>
          {name}
        </button>
      ))}
    </div>
  )
}

/** A thread says by its file whether it is archived. */
const isArchived = ({ path }: Thread): boolean => /[\\/]archived_sessions[\\/]/.test(path ?? '')

export const ThreadActions = (props: ThreadActionsProps) => {
  useEffect(() => () => void (open.value = null), [props.thread.id])
  if (props.revision === null) return null
  const shown = open.value
  const close = (): void => {
    open.value = null
  }
  const isMenu = shown === 'menu'
  return (
    <div class="actions">
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={isMenu}
        onClick={() => (open.value = isMenu ? null : 'menu')}
      >
        Actions
      </button>
      {isMenu ? <Menu props={props} /> : null}
      {shown === 'name' ? (
        <Rename thread={props.thread} close={close} chosen={(change) => (open.value = change)} />
      ) : null}
      {shown !== null && typeof shown !== 'string' ? (
        <Confirm change={shown} props={props} close={close} />
      ) : null}
    </div>
  )
}
