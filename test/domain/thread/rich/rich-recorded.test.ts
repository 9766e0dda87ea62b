// Rich items against what Codex itself showed. The goal: what rich mode makes of a stored rollout equals, in every
// member the file can know, the item the real binary showed live while it wrote that rollout. The method: fold each
// recorded rollout, compare member by member with the recorded notifications, and list every difference.
import { expect } from 'chai'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { toRolloutLine } from '../../../../domain/log/event.ts'
import { PROFILES } from '../../../../domain/log/profile.ts'
import type { ThreadItem } from '../../../../domain/protocol.ts'
import { joinWords } from '../../../../domain/thread/items/shell-words.ts'
import { fold } from '../../../support/rich.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures')

interface Shown {
  readonly threadId: string
  readonly notification: string
  readonly item: ThreadItem & Readonly<Record<string, unknown>>
}

const rollouts = (
  home: string
): ReadonlyArray<{ path: string; items: ReadonlyArray<ThreadItem> }> => {
  const folder = join(FIXTURES, 'homes', home, 'home')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && path.includes('rollout-'))
    .map((path) => {
      const lines = readFileSync(join(folder, path), 'utf8')
        .split('\n')
        .flatMap((text) => {
          try {
            const line = toRolloutLine(JSON.parse(text), PROFILES['0.142'])
            return typeof line === 'string' ? [] : [line]
          } catch {
            return []
          }
        })
      return { path, items: fold(lines) }
    })
}

const isUserShell = (item: ThreadItem): boolean =>
  item.type === 'commandExecution' && item.source === 'userShell'

/** The rich item of a live one: by id, in its own thread before others; a `!command` has no id in the file. */
const counterpart = (
  files: ReturnType<typeof rollouts>,
  { threadId, item }: Shown
): ThreadItem | undefined =>
  [...files]
    .sort((a, b) => Number(b.path.includes(threadId)) - Number(a.path.includes(threadId)))
    .flatMap(({ items }) => items)
    .find((own) => own.id === item.id || (isUserShell(own) && isUserShell(item)))

const CUT = /…\d+ tokens truncated…/

/** How a member differs: ours is unknown (?), shorter than the live time (<), cut in the middle (~), or another (!). */
const difference = (own: unknown, live: unknown): string => {
  if (own === null || JSON.stringify(own) === '{}') return '?'
  if (typeof own === 'number' && typeof live === 'number' && own < live) return '<'
  const parts = typeof own === 'string' && typeof live === 'string' ? own.split(CUT) : []
  const [head = '', tail = ''] = parts
  const cut = parts.length === 2 && String(live).startsWith(head) && String(live).endsWith(tail)
  return cut ? '~' : '!'
}

const differences = (own: ThreadItem, live: Shown['item']): ReadonlyArray<string> =>
  Object.keys(live).flatMap((member) => {
    if (member === 'id' && isUserShell(live)) return []
    const mine = (own as unknown as Record<string, unknown>)[member]
    // The file names the script, not the shell around it: the recording machine had /bin/bash.
    const wrapped = member === 'command' ? joinWords(['/bin/bash', '-lc', String(mine)]) : mine
    const equal = [mine, wrapped].some(
      (one) => JSON.stringify(one) === JSON.stringify(live[member])
    )
    return equal ? [] : [`${difference(mine, live[member])}${member}`]
  })

/** How many live items of an era differ in which members, as `type certainty notification: members`. */
const compare = (era: '130' | '142' | '169'): Readonly<Record<string, number>> => {
  const live = JSON.parse(
    readFileSync(join(FIXTURES, 'rich', `live-${era}.json`), 'utf8')
  ) as Readonly<Record<string, ReadonlyArray<Shown>>>
  const tally: Record<string, number> = {}
  for (const [home, items] of Object.entries(live)) {
    const files = rollouts(home)
    for (const shown of items) {
      const own = counterpart(files, shown)
      const outcome =
        own === undefined
          ? 'not in the file'
          : `${own.certainty} ${shown.notification.slice(5)}: ${differences(own, shown.item).join(' ')}`
      const row = `${shown.item.type} ${outcome}`.trim()
      tally[row] = (tally[row] ?? 0) + 1
    }
  }
  return tally
}

// What is left, row by row: Codex keeps a process number and a spawned agent's model and state to itself, the tools'
// success flag and time too; it waits a shorter time for output than a process lives; it cuts long output; it knows
// that `cat FILE` reads a file. A command that was cut short reads the same whether its approval was cancelled
// (`declined`) or it ran (no item/completed at all). One command stands on a line that was damaged by hand.
const EXPECTED_130 = {
  'collabAgentToolCall derived completed:': 8,
  'collabAgentToolCall derived completed: ?agentsStates': 1,
  'collabAgentToolCall derived completed: ?model ?reasoningEffort ?agentsStates': 4,
  'commandExecution derived completed:': 2,
  'commandExecution derived completed: <durationMs': 1,
  'commandExecution derived completed: ?processId': 47,
  'commandExecution derived completed: ?processId ~aggregatedOutput': 1,
  'commandExecution derived completed: ?processId !commandActions': 1,
  'commandExecution derived completed: ?processId <durationMs': 3,
  'commandExecution derived started: ?processId': 1,
  'commandExecution derived started: ?processId !status !exitCode !durationMs': 1,
  'commandExecution inferred completed: !source !status': 1,
  'commandExecution inferred started: ?processId !status': 1,
  'commandExecution not in the file': 1,
  'dynamicToolCall inferred completed: !status ?success ?durationMs': 1,
  'dynamicToolCall inferred completed: ?success ?durationMs': 1,
  'imageView derived completed:': 2
}
const EXPECTED_142 = {
  ...EXPECTED_130,
  'commandExecution derived completed:': 3,
  'commandExecution derived completed: ?processId': 42,
  'commandExecution derived completed: ?processId <durationMs': 4,
  'commandExecution inferred started: ?processId !status': 2,
  'imageView derived completed:': 1
}
const EXPECTED_169 = {
  'commandExecution recorded completed:': 8,
  'dynamicToolCall recorded completed:': 2,
  'imageView recorded completed:': 1
}

describe('rich items of recorded threads', () => {
  it('equal what 0.130 showed live, but for members the file does not hold', () => {
    expect(compare('130')).to.deep.equal(EXPECTED_130)
  })

  it('equal what 0.142 showed live, but for members the file does not hold', () => {
    expect(compare('142')).to.deep.equal(EXPECTED_142)
  })

  it('equal what 0.169 showed live where 0.142 passes over the items it recorded', () => {
    expect(compare('169')).to.deep.equal(EXPECTED_169)
  })
})
