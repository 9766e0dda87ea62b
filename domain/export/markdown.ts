/**
 * A thread as Markdown, for GitHub, GitLab and editors: facts as front matter, a heading for each turn, work folded.
 */
import { blocksOf, type Block } from './blocks.ts'
import { embedded, escapeHtml, escapeMarkdown, fenced } from './markdown-text.ts'
import { counted, durationText, lineOf, timeText } from './plain.ts'
import {
  EXPORT_SCHEMA,
  titleOf,
  type ExportEnd,
  type ExportFormat,
  type ExportHead,
  type ExportView,
  type ThreadSection,
  type TurnSection
} from './shape.ts'

const instant = (seconds: number): string =>
  Number.isFinite(seconds) ? `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` : 'null'

/** JSON is YAML, so every text is written as JSON. */
const frontMatter = (head: ExportHead, section: ThreadSection): string => {
  const { thread, usage, models, turnCount } = section
  const tokens = {
    input: usage.inputTokens,
    cached: usage.cachedInputTokens,
    output: usage.outputTokens,
    reasoning: usage.reasoningOutputTokens
  }
  const pairs = Object.entries(tokens).map(([name, count]) => `${name}: ${count}`)
  const lines = [
    `unroll: ${EXPORT_SCHEMA.replace('unroll.', '')}`,
    `thread: ${JSON.stringify(thread.id)}`,
    `title: ${JSON.stringify(lineOf(titleOf(section)))}`,
    `created: ${instant(thread.createdAt)}`,
    `codex: ${JSON.stringify(thread.cliVersion)}`,
    `models: ${JSON.stringify(models)}`,
    `turns: ${turnCount}`,
    `tokens: {${pairs.join(', ')}}`,
    `redacted: ${head.redaction === null ? 'false' : JSON.stringify(head.redaction)}`,
    ...(head.exportedAt === null ? [] : [`exported: ${JSON.stringify(head.exportedAt)}`])
  ]
  return `---\n${lines.join('\n')}\n---\n\n`
}

const WHO = { you: 'You', codex: 'Codex', plan: 'Plan', review: 'Review' } as const
/** A turn is a heading of the second level, so those of messages begin at the third. */
const SHIFT = 2

const quoted = (text: string): string => text.replace(/^/gm, '> ').replace(/^> $/gm, '>')

const blockText = (block: Block): string => {
  switch (block.type) {
    case 'message': {
      const text = embedded(block.markdown, SHIFT)
      return `**${WHO[block.who]}**\n\n${block.who === 'you' ? quoted(text) : text}\n\n`
    }
    case 'note':
      return `*${escapeMarkdown(block.text)}*\n\n`
    case 'image':
      return block.source === null
        ? `*picture: ${escapeMarkdown(block.name)}*\n\n`
        : `![${escapeMarkdown(block.name)}](${block.source})\n\n`
    case 'fold': {
      const problem = block.problem === '' ? '' : ` — <b>${escapeHtml(lineOf(block.problem))}</b>`
      const title = `${escapeHtml(block.title)}${problem}`
      if (block.parts.length === 0) return `<details><summary>${title}</summary></details>\n\n`
      const parts = block.parts.map(({ language, text }) => fenced(language, text))
      return `<details><summary>${title}</summary>\n\n${parts.join('\n\n')}\n\n</details>\n\n`
    }
  }
}

const KIND = { thread: '', agent: 'Agent: ', review: 'Review: ', fork: 'Fork: ' } as const

const threadHead = (section: ThreadSection): string => {
  const { kind, thread, damage, related } = section
  const places = damage.map(({ revision, reason }) => `revision ${revision} (${reason})`)
  const broken =
    damage.length === 0
      ? ''
      : `> ⚠ ${counted(damage.length, 'damaged line')} left out: ${escapeMarkdown(places.join(', '))}\n\n`
  const others = related.map(
    ({ kind: what, threadId, title }) =>
      `- ${what}: ${escapeMarkdown(lineOf(title))} (${threadId})\n`
  )
  const rest = others.length === 0 ? '' : `Not in this file:\n\n${others.join('')}\n`
  const own = kind === 'thread' ? '' : `${thread.id}\n\n`
  return `# ${KIND[kind]}${escapeMarkdown(lineOf(titleOf(section)))}\n\n${own}${broken}${rest}`
}

const turnHead = ({ number, turn }: TurnSection): string => {
  const facts = [
    timeText(turn.startedAt),
    durationText(turn.durationMs),
    ...(['failed', 'interrupted'].includes(turn.status) ? [turn.status] : [])
  ].filter((text) => text !== '')
  const name = number === null ? '~~Rolled-back turn~~' : `Turn ${number}`
  const id = escapeHtml(turn.id).replace(/\s/g, '-')
  return `<a id="turn-${id}"></a>\n\n## ${[name, ...facts].join(' · ')}\n\n`
}

const hiddenText = ({ hidden }: ExportEnd): string => {
  const kinds = Object.entries(hidden).map(([word, count]) => `${word}: ${count}`)
  return kinds.length === 0 ? '' : `---\n\nSecrets hidden: ${kinds.join(', ')}\n`
}

export const markdownFormat = (view: ExportView): ExportFormat => {
  let turn: TurnSection | null = null
  return {
    head: frontMatter,
    thread: threadHead,
    turn: (section) => {
      turn = section
      return turnHead(section)
    },
    item: (item) => blocksOf(item, view).map(blockText).join(''),
    turnEnd: () => {
      const error = turn?.turn.error ?? null
      return error === null ? '' : `> ⚠ ${escapeMarkdown(lineOf(error.message, 2000))}\n\n`
    },
    threadEnd: () => '',
    end: hiddenText,
    cut: null
  }
}
