/**
 * What narrows the list of threads. All of it stands in the address; how many threads each choice has comes from the home.
 */
import { useRef } from 'preact/hooks'
import type { FacetValue } from '../../../domain/unroll-protocol.ts'
import { visible } from '../../parts/ansi.ts'
import { Choice } from '../../parts/choice.tsx'
import type { Query } from '../../routes.ts'
import { home } from '../../state/home.ts'
import { setQuery } from '../../state/location.ts'
import { SINCE } from '../../text/since.ts'
import { count } from '../../text/times.ts'
import { folderNames } from './folders.ts'

const TYPED_MS = 200
const SHOWN_MAX = 200
const NAME_MAX = 48

const SOURCES: Readonly<Record<string, string>> = {
  cli: 'terminal',
  vscode: 'editor',
  exec: 'scripts',
  appServer: 'app-server',
  subAgent: 'sub-agents',
  subAgentReview: 'reviews',
  subAgentCompact: 'compactions',
  subAgentThreadSpawn: 'agents',
  subAgentOther: 'other sub-agents',
  unknown: 'unknown'
}

const cut = (text: string): string =>
  text.length > NAME_MAX ? `…${text.slice(1 - NAME_MAX)}` : text

interface FacetProps {
  readonly label: string
  readonly name: string
  readonly query: Query
  readonly values: ReadonlyArray<FacetValue>
  readonly nameOf?: (value: string) => string
}

/** One of the values that threads of the home have; what the address names is there also when no thread has it. */
export const Facet = ({ label, name, query, values, nameOf = (value) => value }: FacetProps) => {
  const chosen = query[name] ?? ''
  const isThere = chosen === '' || values.some(({ value }) => value === chosen)
  const known = isThere ? values : [{ value: chosen, count: 0, lastAtMs: 0 }, ...values]
  if (known.length < 2 && chosen === '') return null
  return (
    <Choice
      label={label}
      name={name}
      value={chosen}
      options={[
        ['', 'all'],
        ...known
          .slice(0, SHOWN_MAX)
          .map(
            ({ value, count: n }) =>
              [value, `${visible(cut(nameOf(value)))} (${count(n)})`] as const
          )
      ]}
    />
  )
}

/** The project a thread was in, among those of the home. */
export const ProjectFacet = ({ query }: { readonly query: Query }) => {
  const values = home.value?.facets.cwd ?? []
  const names = folderNames(values.map(({ value }) => value))
  return (
    <Facet
      label="project"
      name="project"
      query={query}
      values={values}
      nameOf={(path) => names.get(path) ?? path}
    />
  )
}

export const SinceChoice = ({ query }: { readonly query: Query }) => {
  const since = query['since'] ?? ''
  const isKnown = SINCE.some(([value]) => value === since)
  return (
    <Choice
      label="since"
      name="since"
      value={since}
      options={isKnown ? SINCE : [...SINCE, [since, since]]}
    />
  )
}

export const Flag = ({
  name,
  text,
  query
}: {
  readonly name: string
  readonly text: string
  readonly query: Query
}) => (
  <label>
    <input
      type="checkbox"
      checked={query[name] !== undefined}
      onChange={(event) => setQuery({ [name]: event.currentTarget.checked ? '1' : null })}
    />{' '}
    {text}
  </label>
)

export const ThreadFilters = ({ query }: { readonly query: Query }) => {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const facets = home.value?.facets
  const type = (text: string): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setQuery({ q: text === '' ? null : text }), TYPED_MS)
  }
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        aria-label="Filter by title"
        placeholder="Filter by title…"
        value={query['q'] ?? ''}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <ProjectFacet query={query} />
      <Facet label="model" name="model" query={query} values={facets?.model ?? []} />
      <Facet
        label="source"
        name="source"
        query={query}
        values={facets?.source ?? []}
        nameOf={(kind) => SOURCES[kind] ?? kind}
      />
      <Facet label="provider" name="provider" query={query} values={facets?.provider ?? []} />
      <SinceChoice query={query} />
      <Choice
        label="by"
        name="group"
        value={query['group'] ?? ''}
        options={[
          ['', 'day'],
          ['project', 'project']
        ]}
      />
      {query['source'] === undefined ? (
        <Flag name="all" text="agents and scripts" query={query} />
      ) : null}
      <Flag name="archived" text="archived" query={query} />
    </form>
  )
}
