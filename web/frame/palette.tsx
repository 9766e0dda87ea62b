/**
 * One field that leads anywhere.
 */
import { useEffect, useState } from 'preact/hooks'
import { visible } from '../parts/ansi.ts'
import { Dialog } from '../parts/dialog.tsx'
import { threadHref } from '../routes.ts'
import { closeDialog } from '../state/dialog.ts'
import { navigate, route } from '../state/location.ts'
import type { ThreadPage } from '../wire/answers.ts'
import { request } from '../wire/socket.ts'
import { entriesFor, type PaletteEntry } from './palette-entries.ts'

const THREADS_SHOWN = 8
const TYPING_MS = 120

/** Threads whose title has a text; the newest ones without a text. */
const useThreads = (text: string): ReadonlyArray<PaletteEntry> => {
  const [threads, setThreads] = useState<ReadonlyArray<PaletteEntry>>([])
  useEffect(() => {
    let isWanted = true
    const ask = async (): Promise<void> => {
      const term = text.trim()
      const answer = await request<ThreadPage>('thread/list', {
        ...{ limit: THREADS_SHOWN, sortKey: 'updated_at', modelProviders: [] },
        ...(term === '' ? {} : { searchTerm: term })
      })
      if (!isWanted || !answer.ok) return
      setThreads(
        answer.value.data.map(({ id, name, preview }) => ({
          text: visible((name ?? preview).slice(0, 120)) || 'Untitled thread',
          what: 'thread',
          go: () => navigate(threadHref(id))
        }))
      )
    }
    const timer = setTimeout(() => void ask(), TYPING_MS)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [text])
  return threads
}

const optionId = (at: number): string => `palette-${at}`

interface OptionsProps {
  readonly entries: ReadonlyArray<PaletteEntry>
  readonly chosen: number
  readonly take: (entry: PaletteEntry | undefined) => void
}

const Options = ({ entries, chosen, take }: OptionsProps) => {
  useEffect(() => {
    document.getElementById(optionId(chosen))?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <ul class="palette-list" id="palette-list" role="listbox" aria-label="where to go">
      {entries.map((entry, at) => (
        <li
          id={optionId(at)}
          role="option"
          aria-selected={at === chosen}
          onClick={() => take(entry)}
        >
          <span class="palette-text" dir="auto">
            {entry.text}
          </span>
          <span class="palette-what">{entry.what}</span>
        </li>
      ))}
    </ul>
  )
}

export const Palette = () => {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const threads = useThreads(text)
  const own = entriesFor(route.value, text)
  // A turn that was named comes first, then threads.
  const named = own.filter(({ what }) => what === 'turn')
  const entries = [...named, ...threads, ...own.filter(({ what }) => what !== 'turn')]
  const at = Math.min(chosen, entries.length - 1)
  const take = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined) return
    closeDialog()
    entry.go()
  }
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: (at + 1) % entries.length,
    ArrowUp: (at + entries.length - 1) % entries.length
  }
  return (
    <Dialog title="Search or jump" close={closeDialog} class="palette">
      <input
        type="search"
        role="combobox"
        list={undefined}
        aria-label="Search or jump"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={entries.length === 0 ? undefined : optionId(at)}
        placeholder="A thread, a page, turn 12, or words to search for…"
        autofocus
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={(event) => {
          const next = steps[event.key]
          if (event.key === 'Enter') take(entries[at])
          else if (next !== undefined) setChosen(next)
          else return
          event.preventDefault()
        }}
      />
      <Options entries={entries} chosen={at} take={take} />
    </Dialog>
  )
}
