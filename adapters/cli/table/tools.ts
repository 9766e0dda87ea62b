/**
 * The commands that read the ledger of tool calls.
 */
import { TOOL_KINDS, TOOL_STATUSES } from '../../../domain/tools/tool-call.ts'
import { AT, CURSOR, limit, ONE_THREAD, type CommandSpec } from './spec.ts'

/** Which tools were called, and what came of it. */
export const tools: CommandSpec = {
  name: 'tools',
  args: ['[thread]'],
  summary: 'List tool calls: commands, patches, MCP and the rest, newest first.',
  about: [
    'Without a thread: those of the home. Each call is listed once, in the thread and turn that made it: what a fork or a sub-agent took over ' +
      'from another thread is not listed again, and calls of turns that were rolled back stay, marked.',
    'What no line of a rollout tells is left empty or `unknown`. See docs/TOOLS.md for what each column says and where it comes from.',
    ...ONE_THREAD
  ],
  options: [
    { name: 'turn', value: 'TURN', text: 'Only of the turn with this id; needs a thread.' },
    {
      name: 'kind',
      value: 'KIND',
      many: true,
      choices: TOOL_KINDS,
      text: 'Only calls of this kind. Repeatable.'
    },
    {
      name: 'status',
      value: 'STATUS',
      many: true,
      choices: TOOL_STATUSES,
      text: 'Only calls that ended this way; `unknown` where no line tells. Repeatable.'
    },
    {
      name: 'since',
      value: 'WHEN',
      text: 'Only calls from this date on (`2026-11-21`), or from this instant on (`2026-11-21T14:30:00Z`). Dates are in UTC.'
    },
    {
      name: 'until',
      value: 'WHEN',
      text: 'Only calls up to this date, the whole day included, or before this instant.'
    },
    limit('How many to print. Default: 25.'),
    CURSOR,
    { name: 'asc', text: 'Oldest first.' },
    {
      name: 'summary',
      text: 'Print what the calls add up to instead: by kind, by status, by tool.'
    },
    {
      name: 'csv',
      text: 'Print comma-separated values with a head, for spreadsheets; a text that looks like a formula gets an apostrophe in front.'
    },
    AT
  ],
  conflicts: [
    ['csv', 'json'],
    ['summary', 'cursor'],
    ['summary', 'limit'],
    ['summary', 'asc']
  ],
  output: {
    human:
      'a table: thread, time, kind, tool, status, exit code, time it took (`≥` where that is how long Codex waited), what it is about. ' +
      'With --summary a table: what, calls, completed, failed, rejected, interrupted, unknown, time, output, lines.',
    tsv:
      'thread, turn, call, time (UTC), kind, tool, status, failure, exit code, its source, ms, their source, observed ms, bytes of output, lines ' +
      'added, lines deleted, `rolled_back` or nothing, certainty, what it is about. With --summary: `kind`, `status`, `tool` or `total`, its name, then the counts.',
    json:
      'one call per line, with the columns of docs/TOOLS.md; the last line is `{"nextCursor","backwardsCursor"}`, the second always null. With --summary one object: ' +
      '`{"total","byKind","byStatus","byTool"}`.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll tools', 'the newest calls of the home'],
    ['unroll tools 01a1fcdc-359a --status failed', 'what failed in a thread'],
    ['unroll tools --summary --since 2026-11-01', 'a month in numbers'],
    ['unroll tools --kind mcp --limit 1000 --csv', 'for a spreadsheet']
  ]
}

/** Who changed a file. */
export const blame: CommandSpec = {
  name: 'blame',
  args: ['<file>'],
  summary: 'Tell which turns changed a file with patches, oldest first.',
  about: [
    '`<file>` is a path, relative ones are seen from here; it need not exist any more. A file that was moved to its place has the history of its ' +
      'old place too, up to the move. When nothing is known of the path, paths that end alike are offered.',
    'Patches are listed whether they were applied or not. One that failed half-way changed the files before the one it failed at. What commands did to a file is not in the log and not guessed.'
  ],
  options: [{ name: 'thread', value: 'THREAD', text: 'Only what this thread did.' }, AT],
  output: {
    human:
      'a table: time, thread, turn, what was done, lines added and deleted, status (`applied` for a patch that changed the file, `applied, then failed` for one that failed at a later file, `failed, perhaps applied` where no line tells), path where it is another.',
    tsv: 'time (UTC), thread, turn, call, operation, path, moved to, lines added, lines deleted, status, `rolled_back` or nothing, `applied`, `not_applied` or `unknown`.',
    json:
      'one object per patch: `{"threadId","turnId","callId","atMs","path","operation","movedTo","linesAdded","linesDeleted","status","failureKind",' +
      '"applied","rolledBack","certainty","place"}`; `applied` is null where no line tells; the last line is `{"path","hints"}`.'
  },
  exits: [0, 2, 3, 5, 7, 8],
  examples: [
    ['unroll blame src/main.ts', 'every patch of the file'],
    ['unroll blame /workspace/demo/notes.txt --json', 'for a script']
  ]
}
