/**
 * Differences in words, part by part.
 */
import type { ComponentChildren, FunctionComponent } from 'preact'
import type { Json } from '../../../domain/json.ts'
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'
import { visible } from '../../parts/ansi.ts'
import { gistOf } from '../../parts/event-row.tsx'
import { Fold } from '../../parts/fold.tsx'
import { JsonTree } from '../../parts/json-tree.tsx'
import { threadHref, type PointInAddress } from '../../routes.ts'
import { roleOf, textOf } from '../../text/context-items.ts'
import { count, counted } from '../../text/times.ts'
import type {
  ContextDifference,
  FileDifference,
  ListChangeAnswer,
  TurnDifferenceAnswer,
  UsageDifference
} from '../../wire/thread-answers.ts'

const ROWS_SHOWN = 500

type Of<N extends string, A> = A & { readonly of: N }
type AnyDifference =
  | Of<'turns', TurnDifferenceAnswer>
  | Of<'files', FileDifference>
  | Of<'context', ContextDifference>
  | Of<'usage', UsageDifference>

export type DifferencesAnswer = ReadonlyArray<AnyDifference>

interface ComparedSide {
  readonly threadId: string
  readonly at: PointInAddress | null
}

interface ShownProps {
  readonly data: DifferencesAnswer
  readonly before: ComparedSide
  readonly after: ComparedSide
}

const SIGN = { added: '+', removed: '−', changed: '~' } as const

const Row = ({
  change,
  children
}: {
  readonly change: 'added' | 'removed' | 'changed'
  readonly children: ComponentChildren
}) => (
  <li class={`difference ${change}`}>
    <span class="difference-sign">
      <span aria-hidden="true">{SIGN[change]}</span> {change}
    </span>
    <div>{children}</div>
  </li>
)

const List = <A,>({
  rows,
  draw
}: {
  readonly rows: ReadonlyArray<A>
  readonly draw: (row: A) => ComponentChildren
}) => (
  <>
    <ul class="differences">{rows.slice(0, ROWS_SHOWN).map(draw)}</ul>
    {rows.length > ROWS_SHOWN ? (
      <p class="dim">{counted(rows.length - ROWS_SHOWN, 'more difference')}</p>
    ) : null}
  </>
)

const gistOfItem = (item: ThreadItem): string => {
  const { id: _id, type: _type, ...rest } = item
  return gistOf(rest as unknown as Json)
}

const askedIn = (turn: Turn): string => {
  const first = turn.items.find(({ type }) => type === 'userMessage')
  return first === undefined ? '' : gistOfItem(first)
}

const ItemChange = ({ one }: { readonly one: ListChangeAnswer<ThreadItem> }) => {
  const item = one.change === 'removed' ? one.before : one.after
  return (
    <Row change={one.change}>
      {item.type}{' '}
      <span class="dim" dir="auto">
        {visible(gistOfItem(item))}
      </span>
    </Row>
  )
}

const Field = ({
  field,
  before,
  after
}: {
  readonly field: string
  readonly before: Json
  readonly after: Json
}) => {
  const isPlain = [before, after].every((value) => typeof value !== 'object' || value === null)
  const word = (value: Json): string =>
    value === null ? 'nothing' : visible(typeof value === 'string' ? value : JSON.stringify(value))
  return isPlain ? (
    <>
      {visible(field)}: {word(before)} → {word(after)}
    </>
  ) : (
    <Fold name={`difference ${field}`} summary={visible(field)}>
      {() => <JsonTree name={`difference ${field}`} value={{ before, after }} />}
    </Fold>
  )
}

const TurnRow = ({
  one,
  before,
  after
}: { readonly one: TurnDifferenceAnswer } & Omit<ShownProps, 'data'>) => {
  const side = one.change === 'removed' ? before : after
  const link = (
    <a href={threadHref(side.threadId, { turnId: one.key, at: side.at })}>
      turn {one.key.slice(0, 13)}
    </a>
  )
  if (one.change !== 'changed') {
    const turn = one.change === 'added' ? one.after : one.before
    return (
      <Row change={one.change}>
        {link} {turn.status}, {counted(turn.items.length, 'item')}
        <div class="dim" dir="auto">
          {visible(askedIn(turn))}
        </div>
      </Row>
    )
  }
  return (
    <Row change="changed">
      {link}
      {one.fields.map((field) => (
        <div>
          <Field {...field} />
        </div>
      ))}
      {one.items.length === 0 ? null : (
        <ul class="differences">
          {one.items.map((item) => (
            <ItemChange one={item} />
          ))}
        </ul>
      )}
    </Row>
  )
}

const only = <N extends AnyDifference['of']>(
  data: DifferencesAnswer,
  of: N
): ReadonlyArray<Extract<AnyDifference, { readonly of: N }>> =>
  data.filter((one): one is Extract<AnyDifference, { readonly of: N }> => one.of === of)

const Turns = ({ data, before, after }: ShownProps) => (
  <List rows={only(data, 'turns')} draw={(one) => <TurnRow {...{ one, before, after }} />} />
)

/** `4 patches, 7 lines added`, of both sides where they differ. */
const Numbers = <A extends object>({
  one,
  names
}: {
  readonly one: ListChangeAnswer<A>
  /** Members that are numbers, and their words. */
  readonly names: ReadonlyArray<readonly [name: keyof A, words: string]>
}) => (
  <table class="numbers difference-numbers">
    <thead>
      <tr>
        <td />
        <th scope="col" class="number">
          before
        </th>
        <th scope="col" class="number">
          after
        </th>
      </tr>
    </thead>
    <tbody>
      {names.map(([name, words]) => {
        const old = one.change === 'added' ? 0 : one.before[name]
        const now = one.change === 'removed' ? 0 : one.after[name]
        return (
          <tr>
            <th scope="row">{words}</th>
            <td class="number">{count(Number(old))}</td>
            <td class="number">{count(Number(now))}</td>
          </tr>
        )
      })}
    </tbody>
  </table>
)

const Files = ({ data, before, after }: ShownProps) => (
  <List
    rows={only(data, 'files')}
    draw={(one) => {
      const { threadId, at } = one.change === 'removed' ? before : after
      const href = threadHref(threadId, { view: 'files', at })
      const path = `path=${encodeURIComponent(one.key)}`
      return (
        <Row change={one.change}>
          <a href={`${href}${href.includes('?') ? '&' : '?'}${path}`}>{visible(one.key)}</a>
          <Numbers
            one={one}
            names={[
              ['patches', 'patches'],
              ['linesAdded', 'lines added'],
              ['linesDeleted', 'lines removed']
            ]}
          />
        </Row>
      )
    }}
  />
)

const ContextRow = ({ one }: { readonly one: ContextDifference }) => {
  if (one.change === 'changed')
    return (
      <Row change="changed">
        <Field {...one} />
      </Row>
    )
  const item = one.change === 'added' ? one.after : one.before
  return (
    <Row change={one.change}>
      <Fold
        name={`difference ${one.key}`}
        summary={
          <>
            <b>{roleOf(item)}</b> <span dir="auto">{visible(gistOf(textOf(item) || item))}</span>
          </>
        }
      >
        {() => <JsonTree name={`difference ${one.key}`} value={item} />}
      </Fold>
    </Row>
  )
}

const Context = ({ data }: ShownProps) => (
  <List rows={only(data, 'context')} draw={(one) => <ContextRow one={one} />} />
)

const Usage = ({ data }: ShownProps) => (
  <List
    rows={only(data, 'usage')}
    draw={(one) => (
      <Row change={one.change}>
        tokens of {visible(one.key)}
        <Numbers
          one={one}
          names={[
            ['totalTokens', 'in all'],
            ['inputTokens', 'input'],
            ['cachedInputTokens', 'of it cached'],
            ['outputTokens', 'output']
          ]}
        />
      </Row>
    )}
  />
)

export const DIFFERENCES: Readonly<Record<AnyDifference['of'], FunctionComponent<ShownProps>>> = {
  turns: Turns,
  files: Files,
  context: Context,
  usage: Usage
}
