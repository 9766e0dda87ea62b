/**
 * Output of a command: colours as the terminal showed them, the first and the last lines, and the rest on demand.
 */
import { useState } from 'preact/hooks'
import { parseAnsi, type StyledRun } from './ansi.ts'
import { lru } from './lru.ts'
import { counted } from '../text/times.ts'
import { VirtualList } from './virtual-list.tsx'

const HEAD = 60
const TAIL = 20
const LINE_PX = 18
/** Longer lines are cut, so that what is drawn at once stays small. */
const LINE_CHARACTERS = 2500
/** No more than this is put into the page in one piece. */
const LINE_CHARACTERS_MAX = 200_000
const CACHE_MAX = 500

const parsed = lru<ReturnType<typeof parseAnsi>>(CACHE_MAX)

const colorOf = (color: string | null): string | undefined =>
  color === null ? undefined : color.startsWith('#') ? color : `var(--ansi-${color}, inherit)`

const classOf = ({ bold, dim, italic, underline }: StyledRun): string =>
  [bold && 'b', dim && 'dim', italic && 'i', underline && 'u'].filter(Boolean).join(' ')

/** The beginning of a line. */
export const cutRuns = (
  runs: ReadonlyArray<StyledRun>,
  charactersMax: number
): ReadonlyArray<StyledRun> => {
  let left = charactersMax
  return runs.flatMap((run) => {
    const text = run.text.slice(0, left)
    left -= text.length
    return text === '' ? [] : [{ ...run, text }]
  })
}

const Line = ({ runs }: { readonly runs: ReadonlyArray<StyledRun> }) => {
  const [isLong, setLong] = useState(false)
  const characters = runs.reduce((sum, { text }) => sum + text.length, 0)
  const shown = isLong ? LINE_CHARACTERS_MAX : LINE_CHARACTERS
  return (
    <div class="output-line" dir="auto">
      <Runs runs={characters <= shown ? runs : cutRuns(runs, shown)} />
      {characters <= shown ? null : isLong ? (
        <span class="dim"> … {counted(characters - shown, 'more character')}</span>
      ) : (
        <button type="button" class="more" onClick={() => setLong(true)}>
          … show {counted(characters - shown, 'more character')}
        </button>
      )}
    </div>
  )
}

const Runs = ({ runs }: { readonly runs: ReadonlyArray<StyledRun> }) => (
  <>
    {runs.length === 0
      ? '\u200b'
      : runs.map((run) => {
          const name = classOf(run)
          const isPlain = name === '' && run.color === null && run.background === null
          if (isPlain) return run.text
          const style = { color: colorOf(run.color), backgroundColor: colorOf(run.background) }
          return (
            <span class={name} style={style}>
              {run.text}
            </span>
          )
        })}
  </>
)

export const Output = ({ text }: { readonly text: string }) => {
  const [isWhole, setWhole] = useState(false)
  const lines = parsed(text, () => parseAnsi(text.replace(/\n$/, '')))
  if (lines.length <= HEAD + TAIL + 5)
    return (
      <div class="output">
        {lines.map((runs) => (
          <Line runs={runs} />
        ))}
      </div>
    )
  if (isWhole)
    return (
      <VirtualList
        class="output whole"
        count={lines.length}
        estimate={() => LINE_PX}
        keyOf={(at) => at}
        render={(at) => <Line runs={lines[at] ?? []} />}
        box={{ tabIndex: 0, 'aria-label': 'whole output' }}
      />
    )
  return (
    <div class="output">
      {lines.slice(0, HEAD).map((runs) => (
        <Line runs={runs} />
      ))}
      <button type="button" class="more" onClick={() => setWhole(true)}>
        Show all {counted(lines.length, 'line')}
      </button>
      {lines.slice(-TAIL).map((runs) => (
        <Line runs={runs} />
      ))}
    </div>
  )
}
