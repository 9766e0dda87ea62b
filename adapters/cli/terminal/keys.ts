/**
 * Bytes of a terminal to keys. What is no key is dropped: sequences nobody knows, bytes that are not UTF-8.
 */
import { StringDecoder } from 'node:string_decoder'

export type Key =
  | { readonly name: 'text'; readonly text: string }
  | {
      readonly name:
        | 'up'
        | 'down'
        | 'pageUp'
        | 'pageDown'
        | 'home'
        | 'end'
        | 'enter'
        | 'tab'
        | 'escape'
        | 'interrupt'
        | 'backspace'
        | 'eraseWord'
        | 'eraseLine'
    }

type KeyName = Exclude<Key['name'], 'text'>

/** After an escape alone nothing follows for this long. */
const ESCAPE_MS = 50

const CONTROLS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u0003': 'interrupt',
  '\u0004': 'interrupt',
  '\u0008': 'backspace',
  '\u007f': 'backspace',
  '\u000e': 'down',
  '\u0010': 'up',
  '\u0015': 'eraseLine',
  '\u0017': 'eraseWord'
}

const SEQUENCES: Readonly<Record<string, KeyName>> = {
  '[A': 'up',
  OA: 'up',
  '[B': 'down',
  OB: 'down',
  '[5~': 'pageUp',
  '[6~': 'pageDown',
  '[H': 'home',
  OH: 'home',
  '[1~': 'home',
  '[F': 'end',
  OF: 'end',
  '[4~': 'end'
}

const PASTE_BEGIN = '[200~'
const PASTE_END = '\u001b[201~'
const PASTE_MAX = 4096
// oxlint-disable-next-line no-control-regex -- terminals speak in control characters
const SEQUENCE = /^\u001b(\[[0-?]*[ -/]*[@-~]|O[ -~])/
// oxlint-disable-next-line no-control-regex -- as above
const INCOMPLETE = /^\u001b(\[[0-?]*[ -/]*|O)?$/
// oxlint-disable-next-line no-control-regex -- as above
const NO_TEXT = /[\u0000-\u001f\u007f-\u009f\ufffd]/g

const typed = (text: string): ReadonlyArray<Key> => {
  const clean = text.replace(NO_TEXT, '')
  return clean === '' ? [] : [{ name: 'text', text: clean }]
}

/** Takes bytes as they come, and hands out keys. */
export const keyReader = () => {
  const decoder = new StringDecoder('utf8')
  let held = ''
  let pasted: string | null = null
  let timer: NodeJS.Timeout | undefined

  /** The next keys of what is held; null when more has to come. */
  const next = (): ReadonlyArray<Key> | null => {
    if (pasted !== null) {
      const end = held.indexOf(PASTE_END)
      const keep = end === -1 ? Math.max(0, held.length - PASTE_END.length) : end
      pasted = (pasted + held.slice(0, keep)).slice(0, PASTE_MAX)
      held = held.slice(end === -1 ? keep : end + PASTE_END.length)
      if (end === -1) return null
      const text = pasted.replace(/[\r\n\t]+/g, ' ')
      pasted = null
      return typed(text)
    }
    const [char = ''] = held
    if (char !== '\u001b') {
      const name = CONTROLS[char]
      if (name !== undefined) {
        held = held.slice(1)
        return [{ name }]
      }
      // oxlint-disable-next-line no-control-regex -- text ends at the next control character
      const [text = char] = /^[^\u0000-\u001f\u007f]+/.exec(held) ?? []
      held = held.slice(text.length)
      return typed(text)
    }
    if (INCOMPLETE.test(held)) return null
    const [whole, sequence] = SEQUENCE.exec(held) ?? []
    if (whole === undefined || sequence === undefined) {
      // An escape before anything else, as Alt sends it.
      held = held.slice(1)
      return [{ name: 'escape' }]
    }
    held = held.slice(whole.length)
    if (sequence === PASTE_BEGIN) {
      pasted = ''
      return []
    }
    const name = SEQUENCES[sequence]
    return name === undefined ? [] : [{ name }]
  }

  const close = (): void => clearTimeout(timer)
  return {
    take: (bytes: Buffer, listener: (key: Key) => void): void => {
      clearTimeout(timer)
      held += decoder.write(bytes)
      while (held !== '') {
        const keys = next()
        if (keys === null) break
        keys.forEach(listener)
      }
      if (held === '' || pasted !== null) return
      timer = setTimeout(() => {
        held = ''
        listener({ name: 'escape' })
      }, ESCAPE_MS)
    },
    close
  }
}
