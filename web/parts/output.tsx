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
const CACHE_MAX = 500

const parsed = lru<ReturnType<typeof parseAnsi>>(CACHE_MAX)

const colorOf = (color: string | null): string | undefined =>
  color === null ? undefined : color.startsWith('#') ? color : `var(--ansi-${color}, inherit)`

const classOf = ({ bold, dim, italic, underline }: StyledRun): string =>
  [bold && 'b', dim && 'dim', italic && 'i', underline && 'u'].filter(Boolean).join(' ')

const Line = ({ runs }: { readonly runs: ReadonlyArray<StyledRun> }) => (
  <div class="output-line" dir="auto">
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
  </div>
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
