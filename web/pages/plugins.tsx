/**
 * Plugins that were seen in the home: their versions over time, and the threads that used them.
 */
import { visible } from '../parts/ansi.ts'
import { Answered, Empty } from '../parts/answered.tsx'
import { HomePage } from '../parts/home-page.tsx'
import { Table, type ShownColumn } from '../parts/table.tsx'
import { ThreadLink } from '../parts/thread-link.tsx'
import type { Query } from '../routes.ts'
import { useAnswer } from '../state/answer.ts'
import { setQuery } from '../state/location.ts'
import { count, counted, exactTime } from '../text/times.ts'
import type { Plugin, PluginChangeAnswer, PluginUseAnswer } from '../wire/ledger-answers.ts'

const ROWS_SHOWN = 300

interface RowsAnswer<A> {
  readonly data: ReadonlyArray<A>
}

const when = (text: string | null): string =>
  text === null ? 'time not known' : exactTime(Date.parse(text))

const yesNo = (value: boolean | null): string => (value === null ? '–' : value ? 'yes' : 'no')

const PLUGINS: ReadonlyArray<ShownColumn<Plugin>> = [
  {
    title: 'plugin',
    cell: ({ localId }) => (
      <button
        type="button"
        class="link"
        onClick={() => setQuery({ plugin: localId }, { replace: false })}
      >
        {visible(localId)}
      </button>
    )
  },
  {
    title: 'version',
    cell: ({ seen }) => visible(seen.activeVersion ?? (seen.installed ? '?' : 'not installed'))
  },
  { title: 'others', isExtra: true, cell: ({ seen }) => visible(otherVersions(seen)) },
  { title: 'enabled', cell: ({ seen }) => yesNo(seen.enabled) },
  { title: 'skills', isExtra: true, cell: ({ seen }) => yesNo(seen.hasSkills) },
  {
    title: 'MCP servers',
    isNumber: true,
    isExtra: true,
    cell: ({ seen }) => seen.mcpServerCount ?? '–'
  },
  { title: 'last seen', isExtra: true, cell: ({ lastSeenAt }) => when(lastSeenAt) }
]

const otherVersions = ({ versions, activeVersion }: Plugin['seen']): string =>
  versions.filter((version) => version !== activeVersion).join(', ') || '–'

const CHANGES: ReadonlyArray<ShownColumn<PluginChangeAnswer>> = [
  { title: 'time', cell: ({ at }) => when(at) },
  { title: 'plugin', cell: ({ localId }) => visible(localId ?? '–') },
  { title: 'what', cell: ({ change }) => visible(change.replaceAll('_', ' ')) },
  {
    title: 'from, to',
    isWide: true,
    cell: ({ from, to }) => visible([from ?? '–', to ?? '–'].join(' → '))
  },
  { title: 'source', isExtra: true, cell: ({ source }) => visible(source) }
]

const USES: ReadonlyArray<ShownColumn<PluginUseAnswer>> = [
  { title: 'time', cell: ({ atMs }) => exactTime(atMs) },
  { title: 'plugin', cell: ({ localId, name }) => visible(localId ?? name) },
  {
    title: 'sign',
    isExtra: true,
    cell: ({ kind, detail }) => visible(`${kind.replaceAll('_', ' ')} ${detail}`)
  },
  {
    title: 'version',
    isExtra: true,
    cell: ({ version, versionCertainty }) =>
      version === null
        ? 'not known'
        : visible(`${version}${versionCertainty === 'inferred' ? ' (inferred)' : ''}`)
  },
  {
    title: 'thread',
    isWide: true,
    cell: ({ threadId, turnId }) => <ThreadLink threadId={threadId} turnId={turnId} />
  }
]

const Cut = ({ rows }: { readonly rows: ReadonlyArray<unknown> }) =>
  rows.length > ROWS_SHOWN ? (
    <p class="dim">
      The newest {ROWS_SHOWN} of {count(rows.length)}.
    </p>
  ) : null

const NoPlugins = () => (
  <Empty>
    <p>No plugin was ever recorded in this home.</p>
    <p class="dim">
      <code>unroll plugins list --record</code> looks at what is installed and notes it; from then
      on versions are known over time.
    </p>
  </Empty>
)

/** Threads are read for signs of plugins, so this may take a while the first time. */
const Used = ({ plugin }: { readonly plugin: string | undefined }) => {
  const params = plugin === undefined ? {} : { plugin }
  const asked = useAnswer<RowsAnswer<PluginUseAnswer>>('unroll/plugins/usage/list', params)
  return (
    <section>
      <h2 class="section-title">Used by</h2>
      <Answered asked={asked}>
        {({ data }) => {
          const newest = data.toSorted((a, b) => b.atMs - a.atMs)
          const threads = new Set(data.map(({ threadId }) => threadId)).size
          return data.length === 0 ? (
            <p class="dim">No thread shows a sign of {plugin === undefined ? 'a plugin' : 'it'}.</p>
          ) : (
            <>
              <p class="choices">
                {counted(data.length, 'sign')} in {counted(threads, 'thread')}, newest first
              </p>
              <Table
                caption="threads that used plugins"
                columns={USES}
                rows={newest.slice(0, ROWS_SHOWN)}
                keyOf={(_, index) => index}
              />
              <Cut rows={newest} />
            </>
          )
        }}
      </Answered>
    </section>
  )
}

const Changes = ({ plugin }: { readonly plugin: string | undefined }) => {
  const params = plugin === undefined ? {} : { localId: plugin }
  const asked = useAnswer<RowsAnswer<PluginChangeAnswer>>('unroll/plugins/history/list', params)
  return (
    <section>
      <h2 class="section-title">Changes, newest first</h2>
      <Answered asked={asked}>
        {({ data }) =>
          data.length === 0 ? (
            <p class="dim">No change was recorded.</p>
          ) : (
            <>
              <Table
                caption="changes of plugins"
                columns={CHANGES}
                rows={data.toReversed().slice(0, ROWS_SHOWN)}
                keyOf={({ seq, change }) => `${seq} ${change}`}
              />
              <Cut rows={data} />
            </>
          )
        }
      </Answered>
    </section>
  )
}

export const PluginsPage = ({ query }: { readonly query: Query }) => {
  const { plugin } = query
  const asked = useAnswer<RowsAnswer<Plugin>>('unroll/plugins/list', {})
  return (
    <HomePage
      title="Plugins"
      isBusy={asked.isLoading}
      filters={
        plugin === undefined ? undefined : (
          <span class="thread-filter">
            {visible(plugin)} alone
            <button type="button" class="small" onClick={() => setQuery({ plugin: null })}>
              all plugins
            </button>
          </span>
        )
      }
    >
      <Answered asked={asked}>
        {({ data }) =>
          data.length === 0 ? (
            <NoPlugins />
          ) : (
            <>
              <Table
                caption="plugins that were seen"
                columns={PLUGINS}
                rows={data.filter(({ localId }) => plugin === undefined || localId === plugin)}
                keyOf={({ localId }) => localId}
              />
              <Changes plugin={plugin} />
            </>
          )
        }
      </Answered>
      <Used plugin={plugin} />
    </HomePage>
  )
}
