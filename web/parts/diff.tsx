/**
 * A change of a file, line by line, with the words that changed inside of a line.
 */
import { diffWordsWithSpace } from 'diff'
import { useMemo, useState } from 'preact/hooks'
import { splitDiffs } from '../state/preferences.ts'
import { counted } from '../text/times.ts'
import { visible } from './ansi.ts'
import { replacedPairs, type DiffLine, type FileDiff } from './hunks.ts'

const LINES_SHOWN = 400
/** Longer lines are not compared word by word. */
const WORDS_LENGTH_MAX = 400

const SIGN: Readonly<Record<DiffLine['kind'], string>> = {
  added: '+',
  removed: '−',
  same: ' ',
  hunk: '',
  note: ''
}

/** The text of a line; what its partner does not have is marked. */
const Words = ({
  line,
  other
}: {
  readonly line: DiffLine
  readonly other: DiffLine | undefined
}) => {
  const text = visible(line.text)
  if (other === undefined || line.text.length + other.text.length > WORDS_LENGTH_MAX)
    return <>{text}</>
  const [before, after] = line.kind === 'removed' ? [line, other] : [other, line]
  return (
    <>
      {diffWordsWithSpace(before.text, after.text).map(({ value, added, removed }) => {
        const isHere = line.kind === 'removed' ? !added : !removed
        if (!isHere) return null
        return added || removed ? <mark>{visible(value)}</mark> : visible(value)
      })}
    </>
  )
}

interface LinesProps {
  readonly lines: ReadonlyArray<DiffLine>
  readonly pairs: ReadonlyMap<number, number>
}

const partner = ({ lines, pairs }: LinesProps, at: number): DiffLine | undefined => {
  const other = pairs.get(at)
  return other === undefined ? undefined : lines[other]
}

const Unified = (props: LinesProps) => (
  <table class="diff">
    <tbody>
      {props.lines.map((line, at) => (
        <tr class={line.kind}>
          <td class="place">{line.before}</td>
          <td class="place">{line.after}</td>
          <td class="sign">{SIGN[line.kind]}</td>
          <td class="text" dir="auto">
            <Words line={line} other={partner(props, at)} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Removed lines stand beside the added lines that replace them. */
const sideBySide = (lines: ReadonlyArray<DiffLine>): ReadonlyArray<readonly [number, number]> => {
  const rows: Array<readonly [number, number]> = []
  for (let at = 0; at < lines.length;) {
    const kind = lines[at]?.kind
    if (kind !== 'removed' && kind !== 'added') {
      rows.push([at, at])
      at += 1
      continue
    }
    let end = at
    while (lines[end]?.kind === 'removed') end += 1
    let last = end
    while (lines[last]?.kind === 'added') last += 1
    for (let step = 0; step < Math.max(end - at, last - end); step += 1)
      rows.push([at + step < end ? at + step : -1, end + step < last ? end + step : -1])
    at = last
  }
  return rows
}

const Half = ({
  line,
  other,
  side
}: {
  readonly line: DiffLine | undefined
  readonly other: DiffLine | undefined
  readonly side: 'before' | 'after'
}) => (
  <>
    <td class="place">{line?.[side]}</td>
    <td class={`text half ${line?.kind ?? 'none'}`} dir="auto">
      {line === undefined ? '' : <Words line={line} other={other} />}
    </td>
  </>
)

const Split = (props: LinesProps) => (
  <table class="diff split">
    <tbody>
      {sideBySide(props.lines).map(([before, after]) => (
        <tr class={before === after ? props.lines[before]?.kind : 'changed'}>
          <Half line={props.lines[before]} other={partner(props, before)} side="before" />
          <Half line={props.lines[after]} other={partner(props, after)} side="after" />
        </tr>
      ))}
    </tbody>
  </table>
)

export const Diff = ({ diff }: { readonly diff: FileDiff }) => {
  const [isWhole, setWhole] = useState(false)
  const lines = isWhole ? diff.lines : diff.lines.slice(0, LINES_SHOWN)
  const pairs = useMemo(() => replacedPairs(lines), [lines])
  const Table = splitDiffs.value ? Split : Unified
  return (
    <div class="diff-box" tabIndex={0} role="region" aria-label="change">
      <Table lines={lines} pairs={pairs} />
      {lines.length < diff.lines.length ? (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          Show all {counted(diff.lines.length, 'line')}
        </button>
      ) : null}
    </div>
  )
}
