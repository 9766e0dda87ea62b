/**
 * Text that looks like what transcripts hold: prose, code, terminal output, opaque base64. Quotes, backslashes,
 * escape sequences and other scripts occur, because they cost a JSON parser more than plain letters do.
 */
import { hex, type Random } from './random.ts'

const WORDS = (
  'the a of to in and is for it on with that this as be are from by at or an not have can will if we when ' +
  'all use file test function value type error result thread turn event store index page cursor query ' +
  'schema module import export const async await return string number object array buffer stream parse ' +
  'write read append replay project domain adapter migration summary token usage plugin server client ' +
  'request response handler session rollout branch commit review patch diff build check lint format ' +
  'deploy config option limit offset range batch queue worker cache memory disk latency throughput ' +
  'failure retry timeout signal process child parent fork merge because should before after while until ' +
  'first last next previous empty missing invalid unknown expected received'
).split(' ')
const EXTENSIONS = ['ts', 'js', 'json', 'md', 'rs', 'py', 'toml', 'yml']
const SPICE = [
  'naïve café',
  '— dash —',
  '日本語テスト',
  'Größe prüfen',
  'пример',
  '✓ passed',
  '→ next',
  '“quoted”'
]
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const OPAQUE_POOL_BYTES = 65536
const OPAQUE_PIECE_BYTES = 5536

/** What a block is made of. */
export type Kind = 'prose' | 'code' | 'log'

/** Writes text. The stock of lines is made once; a block is a run of lines from it. */
export interface Text {
  readonly word: () => string
  readonly words: (count: number) => string
  readonly file: () => string
  /** About `chars` characters. */
  readonly block: (kind: Kind, chars: number) => string
  /** What an encrypted field looks like. */
  readonly opaque: (bytes: number) => string
}

type Basics = Pick<Text, 'word' | 'words' | 'file'>

const basicsOf = (random: Random): Basics => {
  const word = (): string => random.pick(WORDS)
  const words = (count: number): string => Array.from({ length: count }, word).join(' ')
  return { word, words, file: () => `${word()}/${word()}-${word()}.${random.pick(EXTENSIONS)}` }
}

const sentence = (random: Random, { words, file }: Basics): string => {
  let text = words(random.int(6, 18))
  text = text.charAt(0).toUpperCase() + text.slice(1)
  if (random.unit() < 0.1) text += ' `' + file() + '`'
  if (random.unit() < 0.03) text += ' ' + random.pick(SPICE)
  if (random.unit() < 0.08) text += ' "' + words(2) + '"'
  return text + '.'
}

const codeLine = (random: Random, { word, words }: Basics): string => {
  const indent = '  '.repeat(random.int(0, 4))
  switch (random.int(0, 6)) {
    case 0:
      return `${indent}const ${word()}${random.int(0, 99)} = await ${word()}(${word()}, "${words(2)}");`
    case 1:
      return `${indent}if (${word()}.${word()} !== ${random.int(0, 999)}) {`
    case 2:
      return `${indent}}`
    case 3:
      return `${indent}// ${words(random.int(4, 12))}`
    case 4:
      return `${indent}export function ${word()}_${word()}(${word()}: string, ${word()}: number) {`
    case 5:
      return `\t\t"${word()}": { "${word()}": "${words(3)}", "n": ${random.u32()} },`
    default: {
      const call = `${word()}.map((x) => x.${word()}).filter(Boolean)`
      return `${indent}return ${call}; \\ ${random.unit() < 0.05 ? random.pick(SPICE) : ''}`
    }
  }
}

const logLine = (random: Random, { word, words, file }: Basics): string => {
  switch (random.int(0, 4)) {
    case 0:
      return `${file()}:${random.int(1, 900)}:${random.int(1, 80)} - ${words(random.int(4, 10))}`
    case 1:
      return `\u001b[32m✓\u001b[39m ${words(random.int(3, 9))} (${random.int(1, 900)}ms)`
    case 2: {
      const day = `2026-0${random.int(1, 9)}-${hex(random.int(16, 37), 2)}`
      const place = `${word()}::${word()}`
      const said = words(random.int(3, 8))
      return `[${day}T10:00:00Z] INFO ${place}: ${said} id=${hex(random.u32(), 8)}`
    }
    case 3:
      return `-rw-r--r-- 1 root root ${random.int(100, 99999)} ${file()}`
    default: {
      const name = word()
      return `    at ${name} (/home/dev/src/${file()}:${random.int(1, 500)}:${random.int(1, 60)})`
    }
  }
}

/** Fills the stock from `random`. */
export const textFrom = (random: Random): Text => {
  const basics = basicsOf(random)
  const stock = {
    prose: Array.from({ length: 4000 }, () => sentence(random, basics)),
    code: Array.from({ length: 6000 }, () => codeLine(random, basics)),
    log: Array.from({ length: 6000 }, () => logLine(random, basics))
  }
  const pool = Array.from({ length: OPAQUE_POOL_BYTES }, () => BASE64[random.u32() & 63]).join('')
  const block = (kind: Kind, chars: number): string => {
    const lines = stock[kind]
    const taken: string[] = []
    let at = random.int(0, lines.length - 1)
    for (let length = 0; length < chars; at++) {
      const line = lines[at % lines.length] as string
      taken.push(line)
      length += line.length + 1
    }
    const text = taken.join(kind === 'prose' ? ' ' : '\n')
    return text.length > chars + 60 ? text.slice(0, chars) : text
  }
  const opaque = (bytes: number): string => {
    let text = 'gAAAAA'
    while (text.length < bytes) {
      const at = random.int(0, 60000)
      text += pool.slice(at, at + Math.min(bytes - text.length, OPAQUE_PIECE_BYTES))
    }
    return text
  }
  return { ...basics, block, opaque }
}
