/** `health`: what is known to be damaged; a check is only run when it is asked for. */
import { streamId } from '../../../domain/ids.ts'
import { filled } from '../budget.ts'
import { got, refuse, threadNamed, type History } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import { clean, threadArg, tool } from '../tool.ts'
import { code } from '../words.ts'

const findingOut = z.object({
  kind: z.string(),
  severity: z.string(),
  thread: z.string().nullable(),
  affected: z.string(),
  remedy: z.string()
})
type FindingOut = Infer<typeof findingOut>

interface Problems {
  readonly kinds: Map<string, number>
  readonly findings: Array<FindingOut>
}

const note = ({ kinds }: Problems, kind: string): void =>
  void kinds.set(kind, (kinds.get(kind) ?? 0) + 1)

const FINDINGS_KEPT = 200

/** Reads every rollout of the home, or those of a thread. */
const checked = async (history: History, threadId: string | null): Promise<Problems> => {
  const { home, index } = history
  if (home === null)
    return refuse(
      'not_possible',
      'a store holds the threads',
      'check it with "unroll store verify"'
    )
  const { check } = await import('../../upkeep/check/check.ts')
  const found: Problems = { kinds: new Map(), findings: [] }
  const of = threadId === null ? {} : { threadId: streamId(threadId) }
  const places = index === undefined ? {} : { index }
  for await (const finding of check({ home, ...of, ...places, env: process.env })) {
    note(found, finding.kind)
    if (found.findings.length >= FINDINGS_KEPT || finding.severity === 'note') continue
    found.findings.push({
      kind: finding.kind,
      severity: finding.severity,
      thread: finding.threadId,
      affected: clean(history, finding.affected, 300),
      remedy: clean(history, finding.remedy, 300)
    })
  }
  return found
}

/** What reading the threads has isolated so far. */
const known = async (history: History, threadId: string | null): Promise<Problems> => {
  const engine = await history.engine()
  const found: Problems = { kinds: new Map(), findings: [] }
  if (threadId !== null) {
    for (const { reason, revision } of got(await engine.damage(threadId)())) {
      note(found, reason)
      found.findings.push({
        kind: reason,
        severity: 'damage',
        thread: threadId,
        affected: `the line of revision ${revision} is left out`,
        remedy: `explain it with "unroll explain ${reason}"`
      })
    }
    return found
  }
  const { counts } = got(await engine.overview()())
  if ((counts.damagedLines ?? 0) > 0) found.kinds.set('damaged_lines', counts.damagedLines ?? 0)
  if (counts.duplicates > 0) found.kinds.set('duplicates', counts.duplicates)
  return found
}

const line = ({ kind, severity, thread, affected, remedy }: FindingOut): string =>
  `- ${kind} (${severity})${thread === null ? '' : ` in ${code(thread)}`}: ${affected}; ${remedy}`

export const health = tool({
  name: 'health',
  title: 'Health',
  description:
    'Damage in the history: lines that were isolated while threads were read. With run, checks every rollout of the home, or of a thread, which may take minutes.',
  input: z.object({
    thread: threadArg.optional(),
    run: z
      .boolean()
      .default(false)
      .describe('Run a check now; it reads everything and changes nothing.')
  }),
  output: z.object({
    checked: z.boolean().describe('False if no check was run, and only known damage is listed.'),
    kinds: z.array(z.object({ kind: z.string(), count: z.number().int() })),
    findings: z.array(findingOut),
    left_out: z.number().int()
  }),
  answer: async (history, { thread, run }) => {
    const threadId = thread === undefined ? null : await threadNamed(history, thread)
    const found = run ? await checked(history, threadId) : await known(history, threadId)
    const kinds = [...found.kinds].map(([kind, count]) => ({ kind, count }))
    const { rows, left } = filled(found.findings, history.maxChars - 1000, line)
    const counts = kinds.map(({ kind, count }) => `${kind}: ${count}`).join(', ')
    const told = kinds.length === 0 ? 'Nothing is wrong as far as is known.' : counts
    const more = left === 0 ? '' : `\n${left} findings more.`
    const next = run ? '' : '\n\nNothing was checked; run: true reads everything.'
    return {
      data: { checked: run, kinds, findings: [...rows], left_out: left },
      text: `${told}${rows.length === 0 ? '' : `\n${rows.map(line).join('\n')}`}${more}${next}`
    }
  }
})
