/**
 * A thread as one HTML file that loads and sends nothing: a policy in its head allows one style, one script and embedded pictures.
 */
import { sha256Base64 } from '../../digest.ts'
import { blocksOf, type Block, type CodePart } from '../blocks.ts'
import { escapeHtml } from '../markdown-text.ts'
import { counted, durationText, lineOf, timeText, visible } from '../plain.ts'
import {
  titleOf,
  type ExportEnd,
  type ExportFormat,
  type ExportHead,
  type ExportView,
  type RelatedThread,
  type ThreadSection,
  type TurnSection
} from '../shape.ts'
import { htmlOf } from './markdown.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

const policy = (): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${sha256Base64(STYLE)}'`,
    `script-src 'sha256-${sha256Base64(SCRIPT)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'"
  ].join('; ')

const TOOLS = `<div class="tools" role="toolbar" aria-label="what is shown">
<button type="button" data-action="before">Previous turn</button>
<button type="button" data-action="next">Next turn</button>
<button type="button" data-action="open">Open all</button>
<button type="button" data-action="shut">Shut all</button>
<button type="button" data-filter="messages" aria-pressed="true">Messages</button>
<button type="button" data-filter="tools" aria-pressed="true">Tools</button>
<button type="button" data-filter="diffs" aria-pressed="true">Diffs</button>
<button type="button" data-action="theme">Dark or light</button>
</div>`

const facts = (texts: ReadonlyArray<string>): string =>
  `<p class="facts">${texts
    .filter((text) => text !== '')
    .map((text) => `<span>${escapeHtml(lineOf(text))}</span>`)
    .join('')}</p>\n`

const titleText = (section: ThreadSection, part: number): string =>
  escapeHtml(`${lineOf(titleOf(section))}${part === 1 ? '' : ` (part ${part})`}`)

const headText = (
  { generator, exportedAt, redaction }: ExportHead,
  section: ThreadSection,
  part = 1
): string => {
  const title = titleText(section, part)
  const made = [
    generator,
    exportedAt ?? '',
    redaction === null ? 'secrets not hidden' : 'secrets hidden'
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${escapeHtml(made.filter((text) => text !== '').join(', '))}">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
`
}

const relatedText = (related: ReadonlyArray<RelatedThread>): string => {
  if (related.length === 0) return ''
  const rows = related.map(
    ({ kind, threadId, title }) =>
      `<li>${kind}: <span dir="auto">${escapeHtml(lineOf(title))}</span> <span class="dim">${escapeHtml(threadId)}</span></li>`
  )
  return `<details><summary>${counted(rows.length, 'related thread')} not in this file</summary><ul>${rows.join('')}</ul></details>\n`
}

const KIND = { thread: '', agent: 'Agent: ', review: 'Review: ', fork: 'Fork: ' } as const

const threadText = (section: ThreadSection): string => {
  const { kind, thread, turnCount, usage, models, damage, related } = section
  const { totalTokens, lowerBound } = usage
  const spent =
    totalTokens === 0 ? '' : `${lowerBound ? '≥ ' : ''}${totalTokens.toLocaleString('en')} tokens`
  const broken = damage.map(({ revision, reason }) => `revision ${revision} (${reason})`).join(', ')
  return [
    `<h1 dir="auto" id="thread-${escapeHtml(thread.id)}">${KIND[kind]}${escapeHtml(lineOf(titleOf(section)))}</h1>\n`,
    facts([
      timeText(thread.createdAt),
      counted(turnCount, 'turn'),
      spent,
      models.join(', '),
      thread.cliVersion === '' ? '' : `Codex ${thread.cliVersion}`,
      thread.cwd,
      thread.id
    ]),
    damage.length === 0
      ? ''
      : `<p class="bad">⚠ ${counted(damage.length, 'damaged line')} left out: ${escapeHtml(broken)}</p>\n`,
    relatedText(related),
    kind === 'thread' ? `${TOOLS}\n` : ''
  ].join('')
}

const SIGNS: Readonly<Record<string, string>> = { '+': 'add', '-': 'del' }

const codeText = ({ language, text }: CodePart): string => {
  if (language !== 'diff') return `<pre tabindex="0">${escapeHtml(text)}</pre>`
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const sign = SIGNS[line[0] ?? '']
      return `<span${sign === undefined ? '' : ` class="${sign}"`}>${escapeHtml(line) || ' '}</span>`
    })
  return `<pre class="diff" tabindex="0">${lines.join('')}</pre>`
}

const WHO = { you: 'You', codex: 'Codex', plan: 'Plan', review: 'Review' } as const

const blockText = (block: Block): string => {
  switch (block.type) {
    case 'message':
      return `<div class="message ${block.who}"><div class="who">${WHO[block.who]}</div><div class="text" dir="auto">${htmlOf(block.markdown)}</div></div>\n`
    case 'note':
      return `<p class="note tool" dir="auto">${escapeHtml(block.text)}</p>\n`
    case 'image':
      return block.source === null
        ? `<p class="note" dir="auto">picture: ${escapeHtml(block.name)}</p>\n`
        : `<p><img src="${escapeHtml(block.source)}" alt="${escapeHtml(block.name)}"></p>\n`
    case 'fold': {
      const problem =
        block.problem === '' ? '' : ` <b class="bad">${escapeHtml(lineOf(block.problem))}</b>`
      const title = `<span dir="auto">${escapeHtml(block.title)}</span>${problem}`
      const style = block.kind === 'diff' ? 'diffs' : 'tool'
      if (block.parts.length === 0) return `<p class="note ${style}">${title}</p>\n`
      return `<details class="${style}"><summary>${title}</summary>${block.parts.map(codeText).join('')}</details>\n`
    }
  }
}

const turnText = ({ number, turn }: TurnSection, isContinued = false): string => {
  const id = `turn-${escapeHtml(visible(turn.id).replace(/\s/g, '-'))}`
  const name = `${number === null ? 'Rolled-back turn' : `Turn ${number}`}${isContinued ? ', continued' : ''}`
  const ended = ['failed', 'interrupted'].includes(turn.status) ? turn.status : ''
  const known = [timeText(turn.startedAt), durationText(turn.durationMs)].filter(
    (text) => text !== ''
  )
  return `<section class="turn${number === null ? ' gone' : ''}" id="${id}"><header><h2><a href="#${id}">${name}</a></h2><span class="dim">${known.join(' · ')}</span>${ended === '' ? '' : `<b class="bad">${ended}</b>`}<button type="button" class="copy" data-copy="${id}">Copy link</button></header>\n`
}

const partLink = (part: number, nameOf: (part: number) => string): string =>
  `<nav class="parts" aria-label="parts"><a href="./${encodeURIComponent(nameOf(part))}">Part ${part}</a></nav>\n`

const BODY_END = `</main>\n<script>${SCRIPT}</script>\n</body>\n</html>\n`

const endText = ({ hidden }: ExportEnd): string => {
  const kinds = Object.entries(hidden).map(([word, count]) => `${word}: ${count}`)
  const told =
    kinds.length === 0 ? '' : `<p class="dim">Secrets hidden: ${escapeHtml(kinds.join(', '))}</p>\n`
  return `${told}${BODY_END}`
}

/** Where a page is: what a next part needs to go on there. */
interface OpenHtml {
  readonly head: ExportHead
  readonly main: ThreadSection
  readonly thread: ThreadSection
  readonly turn: TurnSection | null
}

/** A page that goes on where the one before ended. */
const continuedText = (
  { head, main, thread, turn }: OpenHtml,
  part: number,
  nameOf: (part: number) => string
): string =>
  [
    headText(head, main, part),
    `<h1 dir="auto">${titleText(main, part)}</h1>\n`,
    partLink(part - 1, nameOf),
    `${TOOLS}\n`,
    thread === main
      ? ''
      : `<h1 dir="auto">${KIND[thread.kind]}${escapeHtml(lineOf(titleOf(thread)))}</h1>\n`,
    turn === null ? '' : turnText(turn, true)
  ].join('')

const errorText = ({ turn: { error } }: TurnSection): string =>
  error === null
    ? ''
    : `<p class="bad" dir="auto">⚠ ${escapeHtml(lineOf(error.message, 2000))}</p>\n`

export const htmlFormat = (view: ExportView): ExportFormat => {
  let page: OpenHtml | null = null
  const open = (change: Partial<OpenHtml>): void => {
    if (page !== null) page = { ...page, ...change }
  }
  return {
    head: (head, main) => {
      page = { head, main, thread: main, turn: null }
      return headText(head, main)
    },
    thread: (thread) => {
      open({ thread: page?.main.thread.id === thread.thread.id ? page.main : thread })
      return threadText(thread)
    },
    turn: (turn) => {
      open({ turn })
      return turnText(turn)
    },
    item: (item) => blocksOf(item, view).map(blockText).join(''),
    turnEnd: () => {
      const told = page === null || page.turn === null ? '' : errorText(page.turn)
      open({ turn: null })
      return `${told}</section>\n`
    },
    threadEnd: () => {
      open(page === null ? {} : { thread: page.main })
      return ''
    },
    end: endText,
    cut: (part, nameOf) => {
      if (page === null) return ['', '']
      const shut = page.turn === null ? '' : '</section>\n'
      return [
        `${shut}${partLink(part + 1, nameOf)}${BODY_END}`,
        continuedText(page, part + 1, nameOf)
      ]
    }
  }
}
