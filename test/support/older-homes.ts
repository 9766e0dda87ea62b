/**
 * Homes that versions before 0.130 wrote, and what is asked about them.
 */
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, temporaryFolder } from './fixture-home.ts'
import type { Message } from './rpc-client.ts'

export const OLDER = join(FIXTURES, 'older')

export const olderHomes = (): ReadonlyArray<string> =>
  readdirSync(OLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()

/** A copy in a fresh folder. */
export const copyOlder = (name: string): string => {
  const home = temporaryFolder()
  cpSync(join(OLDER, name, 'home'), home, { recursive: true })
  return home
}

/** The threads of a home, by the names of its files. */
export const threadsIn = (home: string): ReadonlyArray<string> =>
  (readdirSync(join(home, 'sessions'), { recursive: true }) as ReadonlyArray<string>)
    .flatMap((path) => /([0-9a-f-]{36})\.json/.exec(path)?.[1] ?? [])
    .sort()

type Ask = (method: string, params: unknown) => Promise<Message>

/** What a server says about a home: the threads it lists, and of each its turns, and how it would go on. */
export const askedAbout = async (home: string, ask: Ask): Promise<unknown> => {
  const every = { sourceKinds: ['cli', 'vscode', 'exec'], modelProviders: [] }
  const { result } = await ask('thread/list', every)
  const { data } = result as { readonly data: ReadonlyArray<{ readonly id: string }> }
  const threads: Array<unknown> = []
  for (const threadId of threadsIn(home)) {
    const view = { threadId, itemsView: 'full', sortDirection: 'asc' }
    const turns = await ask('thread/turns/list', view)
    const resumed = await ask('thread/resume', { threadId, excludeTurns: true })
    const { model, reasoningEffort } = (resumed['result'] ?? {}) as Readonly<
      Record<string, unknown>
    >
    threads.push({ threadId, turns, resumed: { model, reasoningEffort } })
  }
  const text = JSON.stringify({ listed: data.map(({ id }) => id).sort(), threads })
  return JSON.parse(text.replaceAll(home, '{{CODEX_HOME}}'))
}
