/**
 * unroll explain: the catalogue of problems in words; docs/CHECK.md is made of the same rows.
 */
import type { KindText, RepairText } from '../../../domain/check/kind.ts'
import {
  isProblemKind,
  KINDS,
  PROBLEM_KINDS,
  type ProblemKind
} from '../../../domain/check/kinds.ts'
import type { PlainCommand } from '../session.ts'
import { report, usage } from '../text/report.ts'
import { painter, table, tsv } from '../text/style.ts'
import { safeJson } from '../text/text.ts'

const repairText = (repair: RepairText): string =>
  'plan' in repair ? repair.plan : `None. ${repair.none}`

const sidesOf = (row: KindText): ReadonlyArray<readonly [string, string]> => [
  ['Meaning', row.meaning],
  ['Cause', row.cause],
  ['Codex', row.codex],
  ['unroll', row.unroll],
  ['Affected', row.affected],
  ['Next', row.remedy],
  ['Repair', repairText(row.repair)]
]

const WIDTH = 80
const INDENT = 10

const wrapped = (name: string, text: string): string => {
  const lines: Array<string> = []
  let line = name.padEnd(INDENT)
  for (const word of text.split(' ')) {
    if (line.length > INDENT && line.length + word.length >= WIDTH) {
      lines.push(line.trimEnd())
      line = ' '.repeat(INDENT)
    }
    line += `${word} `
  }
  return [...lines, line.trimEnd()].join('\n')
}

const COLUMNS = [
  { head: 'SEVERITY', max: 8 },
  { head: 'KIND', max: 24 },
  { head: 'MEANING', max: 0 }
]

const summary = (kind: ProblemKind): ReadonlyArray<string> => [
  KINDS[kind].severity,
  kind,
  KINDS[kind].meaning
]

/** Explains; see the command table. */
export const explainCommand: PlainCommand = async (input, io) => {
  const [asked] = input.args
  if (asked !== undefined && !isProblemKind(asked)) {
    const failure = usage(
      `there is no kind of problem "${asked}"`,
      'list them with "unroll explain"'
    )
    return report(failure, input.json, io)
  }
  const kinds = asked === undefined ? PROBLEM_KINDS : [asked]
  if (input.json) {
    const lines = kinds.map((kind) => JSON.stringify({ kind, ...KINDS[kind] }))
    await io.out(lines.map((line) => `${safeJson(line)}\n`).join(''))
  } else if (asked === undefined) {
    const rows = kinds.map(summary)
    await io.out(io.outIsTty ? table(COLUMNS, rows, io.columns, painter(input, io)) : tsv(rows))
  } else {
    const sides = sidesOf(KINDS[asked])
    const head = `${asked} (${KINDS[asked].severity})\n\n`
    const text = sides.map(([name, words]) => `${wrapped(name, words)}\n`).join('')
    await io.out(io.outIsTty ? `${head}${text}` : tsv(sides))
  }
  return 0
}

const BEGINNING = `# Checking

\`unroll check\` reads every rollout of a home once, from front to back, and tells what is wrong: which kind of problem, at which
bytes, what is affected, and what to type next. It writes nothing into the home. This page is made of the same rows as
\`unroll explain\`.

## What a finding is

| severity | meaning | counts for the exit code |
|---|---|---|
| \`broken\` | something that was written is not read, by unroll or by a Codex | yes |
| \`warning\` | all is read, but something is at odds and may cost more later | yes |
| \`note\` | worth knowing, does no harm | no |

The severity below is the usual one. A finding may be milder, and its \`facts\` say why: the newest turn of a thread is open, a
writer has the file open, the turn was cut short when the call was made, the whole copy of a half line can be read.

\`range\` counts bytes in the file, without the newline; in a compressed file those of what it holds. \`revision\` is the number of the
line in its file, blank lines left out. What lies on one line is told once: a line that is glued is not also torn.
Findings of one kind in one file are told up to 1000 times; a last one says how many \`more\` there were.

## What it costs

- Bytes go by once. A line of up to 512 KiB is parsed; of a longer one the texts are cut on the way and what is left is parsed. When more than
  512 KiB is left, or a key or a name is long, only the scan speaks for the line: that it is UTF-8 and one JSON value is known, whether its
  payload is what its kind needs is not. \`partlyRead\` counts such lines. A line of 256 MiB or more is \`line_too_long\`.
- Memory does not grow with the file. Per file are kept: 100,000 ids of turns and of calls (older ones are forgotten, and then
  \`duplicate_turn_id\` and \`orphan_output\` are no longer told for them), 32 places in a damaged line where another one begins,
  and 1000 findings of a kind.
- Other work of the process gets its turn every 10 ms.
- Whole lines after the moment a file was opened are left for the next check. A torn tail and an open turn are no finding, or a note,
  while somebody writes: a Codex from 0.148 on or an unroll that holds the thread, or a file that grew meanwhile.

## From a program

\`\`\`ts
import { checkHome } from 'unroll'
for await (const { kind, path, range } of checkHome({ home: '/home/me/.codex' })) console.log(kind, path, range)
\`\`\`

## Kinds
`

/** docs/CHECK.md. */
export const renderCheckMarkdown = (): string => {
  const rows = PROBLEM_KINDS.map(
    (kind) => `| [\`${kind}\`](#${kind}) | ${KINDS[kind].severity} | ${KINDS[kind].meaning} |`
  )
  const details = PROBLEM_KINDS.map((kind) => {
    const sides = sidesOf(KINDS[kind]).map(([name, text]) => `- **${name}**: ${text}`)
    return `### ${kind}\n\n${sides.join('\n')}\n`
  })
  return `${BEGINNING}\n| kind | severity | meaning |\n|---|---|---|\n${rows.join('\n')}\n\n${details.join('\n')}`
}
