/**
 * What the model gets when the thread is resumed: each message with its size, and what compaction put in the place of earlier ones.
 */
import type { JsonObject } from '../../../domain/json.ts'
import { visible } from '../../parts/ansi.ts'
import { Answered, Empty } from '../../parts/answered.tsx'
import { Choice } from '../../parts/choice.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { gistOf } from '../../parts/event-row.tsx'
import { Fold } from '../../parts/fold.tsx'
import { JsonTree } from '../../parts/json-tree.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { hrefOf, printPoint, threadHref } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { useFollowed } from '../../state/live.ts'
import { argumentsOf, roleOf, textOf, tokensByRole } from '../../text/context-items.ts'
import { count, counted, exactTime, short } from '../../text/times.ts'
import type { ContextAnswer, EventPageAnswer } from '../../wire/thread-answers.ts'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const ROW_PX = 32
const TEXT_SHOWN = 40_000

/** The newest compaction that counts: what was before it, the model does not get. */
const Compaction = ({ route }: { readonly route: ThreadRoute }) => {
  const { threadId, at } = route
  const asked = useAnswer<EventPageAnswer>('unroll/events/list', {
    ...{ threadId, kinds: ['compacted'], desc: true, limit: 1 },
    ...(at === null ? {} : { at })
  })
  const row = asked.value?.data[0]
  if (row === undefined) return null
  const ms = Date.parse(row.line?.timestamp ?? '')
  const before = { revision: row.revision }
  return (
    <p class="context-note">
      The context was compacted{Number.isNaN(ms) ? '' : ` at ${exactTime(ms)}`} (event{' '}
      {count(row.revision)}): a summary stands for what was before.{' '}
      <a href={threadHref(threadId, { view: 'context', at: before })}>The context before it</a>{' '}
      <a
        href={hrefOf(threadHref(threadId, { view: 'diff' }), {
          a: printPoint(before),
          b: printPoint({ revision: row.revision + 1 }),
          of: 'context'
        })}
      >
        What it replaced
      </a>
    </p>
  )
}

const Sizes = ({ context }: { readonly context: ContextAnswer }) => {
  const roles = tokensByRole(context.items, context.itemTokens)
  const sum = roles.reduce((all, { tokens }) => all + tokens, 0)
  return (
    <table class="numbers context-sizes">
      <caption class="visually-hidden">tokens by role</caption>
      <thead>
        <tr>
          <th scope="col">from</th>
          <td class="bar-cell" />
          <th scope="col" class="number">
            items
          </th>
          <th scope="col" class="number">
            tokens
          </th>
        </tr>
      </thead>
      <tbody>
        {roles.map(({ role, items, tokens }) => (
          <tr key={role}>
            <th scope="row">{role}</th>
            <td class="bar-cell" aria-hidden="true">
              <span class="bar" style={{ width: `${(100 * tokens) / Math.max(1, sum)}%` }} />
            </td>
            <td class="number">{count(items)}</td>
            <td class="number">{count(tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const Summary = ({
  context,
  route
}: {
  readonly context: ContextAnswer
  readonly route: ThreadRoute
}) => {
  const { estimatedTokens, items, resumesWith, tokenUsage } = context
  const window = tokenUsage?.info.model_context_window ?? null
  const last = tokenUsage?.info.last_token_usage.total_tokens ?? null
  return (
    <div class="context-summary">
      <p>
        <strong>≈ {count(estimatedTokens)} tokens</strong> in {counted(items.length, 'item')}
        {window === null
          ? ''
          : `, ${Math.round((100 * estimatedTokens) / window)} % of a window of ${short(window)}`}
        .{' '}
        {resumesWith === null ? null : (
          <>
            Resumes with {visible(resumesWith.model)}
            {resumesWith.effort === null ? '' : `, effort ${visible(resumesWith.effort)}`}.{' '}
          </>
        )}
        {last === null
          ? 'No model has answered yet.'
          : `The last answer took ${count(last)} tokens.`}
      </p>
      <Compaction route={route} />
      <Sizes context={context} />
      {context.settings === null ? null : (
        <Fold name={`settings ${route.threadId}`} summary="Settings of the newest turn">
          {() => <JsonTree name={`settings ${route.threadId}`} value={context.settings ?? null} />}
        </Fold>
      )}
    </div>
  )
}

const Body = ({ name, item }: { readonly name: string; readonly item: JsonObject }) => {
  const text = textOf(item)
  const given = argumentsOf(item)
  const shown = text.slice(0, TEXT_SHOWN)
  return (
    <>
      {text === '' ? null : (
        <pre class="context-text" dir="auto" tabIndex={0} aria-label="text of the item">
          {visible(shown)}
          {shown.length < text.length
            ? `\n… ${count(text.length - shown.length)} characters more`
            : ''}
        </pre>
      )}
      {given === null ? null : <JsonTree name={`${name}.arguments`} value={given} />}
      <p class="event-links">
        {text === '' ? null : (
          <CopyButton text={text} what="the text">
            copy text
          </CopyButton>
        )}
        <CopyButton text={JSON.stringify(item)} what="the JSON">
          copy JSON
        </CopyButton>
      </p>
      <Fold name={`${name}.whole`} summary={<span class="dim">as it is sent</span>}>
        {() => <JsonTree name={`${name}.json`} value={item} />}
      </Fold>
    </>
  )
}

interface ItemRowProps {
  readonly item: JsonObject
  readonly place: number
  readonly tokens: number
  readonly threadId: string
}

const ItemRow = ({ item, place, tokens, threadId }: ItemRowProps) => {
  const name = `context ${threadId} ${place}`
  const role = roleOf(item)
  const tool = item['name']
  return (
    <div class="context-row">
      <Fold
        name={name}
        summary={
          <>
            <span class="context-place">{place + 1}</span>
            <span class={`context-role role-${role}`}>{role}</span>
            <span class="context-gist" dir="auto">
              {typeof tool === 'string' ? <b>{visible(tool)} </b> : null}
              {visible(gistOf(textOf(item) || argumentsOf(item) || item['type'] || ''))}
            </span>
            <span class="context-tokens">{count(tokens)}</span>
          </>
        }
      >
        {() => <Body name={name} item={item} />}
      </Fold>
    </div>
  )
}

const Items = ({
  context,
  route
}: {
  readonly context: ContextAnswer
  readonly route: ThreadRoute
}) => {
  const role = route.query['role'] ?? ''
  const places = context.items.flatMap((item, at) =>
    role === '' || roleOf(item) === role ? [at] : []
  )
  const roles = tokensByRole(context.items, context.itemTokens).map(({ role: name }) => name)
  return (
    <VirtualList
      class="context-items"
      count={places.length}
      estimate={() => ROW_PX}
      keyOf={(n) => places[n] ?? n}
      overscan={8}
      box={{ role: 'region', 'aria-label': 'context', tabIndex: 0 }}
      before={
        <>
          <Summary context={context} route={route} />
          {context.items.length === 0 ? (
            <Empty>
              The model gets nothing{route.at === null ? '' : ' at this point'}: no turn has begun.
            </Empty>
          ) : (
            <div class="filters view-filters">
              <Choice
                label="from"
                name="role"
                value={role}
                options={[['', 'everybody'], ...roles.map((one) => [one, one] as const)]}
              />
              <span class="dim" role="status">
                {counted(places.length, 'item')}
              </span>
            </div>
          )}
        </>
      }
      render={(n) => {
        const place = places[n] ?? 0
        const item = context.items[place]
        return item === undefined ? null : (
          <ItemRow
            {...{ item, place, threadId: route.threadId }}
            tokens={context.itemTokens[place] ?? 0}
          />
        )
      }}
    />
  )
}

export const ContextView = ({ route, revision }: ThreadViewProps) => {
  const { threadId, at } = route
  const asked = useAnswer<ContextAnswer>('unroll/context/read', {
    threadId,
    ...(at === null ? {} : { at })
  })
  useFollowed(at === null ? threadId : null, {
    revision,
    changed: asked.again
  })
  return <Answered asked={asked}>{(context) => <Items context={context} route={route} />}</Answered>
}
