/**
 * Names of columns, in the places of the command table that name rows in braces: for man pages and the documents.
 */
import { SEALED_FILES } from '../commands/audit/seal.ts'
import { changeColumns } from '../commands/blame.ts'
import { FINDINGS } from '../commands/check.ts'
import { SECRETS } from '../commands/check-secrets.ts'
import { FINDINGS as DATABASE_FINDINGS } from '../commands/doctor.ts'
import { EVENTS } from '../commands/events.ts'
import { PARAGRAPHS, PROBLEMS } from '../commands/explain.ts'
import { WHY } from '../commands/help/why.ts'
import { IMPORTABLE, IMPORTED } from '../commands/import/sessions.ts'
import { IMPORTED_SETTINGS } from '../commands/import/settings.ts'
import { FILE_CHANGES } from '../commands/index-command.ts'
import { ITEMS } from '../commands/items.ts'
import { OPERATIONS } from '../commands/log.ts'
import { FINDINGS as PLUGIN_FINDINGS, HISTORY, PLUGINS, USES } from '../commands/plugins/shown.ts'
import { SKILLS } from '../commands/skills/skills.ts'
import { REPAIRS, STEPS } from '../commands/repair.ts'
import { SALVAGED_FILES } from '../commands/salvage.ts'
import { FOUND_THREADS, OCCURRENCES } from '../commands/search.ts'
import { CHANGED_FILES, STORAGE } from '../commands/storage.ts'
import { threadColumns } from '../commands/threads/threads.ts'
import { CALL_SUMS, CALLS } from '../commands/tools.ts'
import { TURNS } from '../commands/turns.ts'
import { DIFFERENCES as EVENT_DIFFERENCES } from '../commands/analytics/differences.ts'
import { APPROVALS, REVIEWS, TRAIL } from '../commands/audit/rows.ts'
import { DIFFERENCES } from '../commands/diff.ts'
import { namesOf, type Columns } from '../text/rows.ts'
import { groupColumns, spendColumns } from '../commands/usage/rows.ts'

/** Names of columns for programs and for people. */
const rows = <A>(columns: Columns<A>) => ({
  fields: namesOf(columns).map((name) => `\`${name}\``),
  heads: columns.flatMap(({ table }) => {
    if (table === null) return []
    return [table.head === '' ? 'key' : table.head]
  })
})

/** The rows that the command table names in braces. */
const ROWS: Readonly<Record<string, ReturnType<typeof rows>>> = {
  threads: rows(threadColumns('last_event_at')),
  'found threads': rows(FOUND_THREADS),
  occurrences: rows(OCCURRENCES),
  turns: rows(TURNS),
  items: rows(ITEMS),
  events: rows(EVENTS),
  operations: rows(OPERATIONS),
  differences: rows(DIFFERENCES),
  groups: rows(groupColumns('', [], null)),
  spends: rows(spendColumns(null)),
  calls: rows(CALLS),
  'call sums': rows(CALL_SUMS),
  'file changes': rows(changeColumns('')),
  trail: rows(TRAIL),
  approvals: rows(APPROVALS),
  reviews: rows(REVIEWS),
  'sealed files': rows(SEALED_FILES),
  plugins: rows(PLUGINS),
  skills: rows(SKILLS),
  'plugin findings': rows(PLUGIN_FINDINGS),
  history: rows(HISTORY),
  uses: rows(USES),
  'event differences': rows(EVENT_DIFFERENCES),
  findings: rows(FINDINGS),
  secrets: rows(SECRETS),
  problems: rows(PROBLEMS),
  paragraphs: rows(PARAGRAPHS),
  settings: rows(WHY),
  'database findings': rows(DATABASE_FINDINGS),
  steps: rows(STEPS),
  repairs: rows(REPAIRS),
  storage: rows(STORAGE),
  'changed files': rows(CHANGED_FILES),
  'salvaged files': rows(SALVAGED_FILES),
  'imported sessions': rows(IMPORTED),
  'importable sessions': rows(IMPORTABLE),
  'imported settings': rows(IMPORTED_SETTINGS),
  'noticed changes': rows(FILE_CHANGES)
}

/** A text in which names of rows are replaced by names of their columns. */
export const withRows = (text: string, names: 'fields' | 'heads'): string =>
  text.replace(/\{([a-z ]+)\}/g, (_, name: string) => {
    const found = ROWS[name]
    if (found === undefined) throw new Error(`no rows are called ${name}`)
    return found[names].join(', ')
  })
