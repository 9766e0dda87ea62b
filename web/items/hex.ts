/**
 * Bytes as a terminal shows them: sixteen in a line, as hex and as text.
 */
const PER_LINE = 16

const PRINTED = /[\x20-\x7e]/

const printed = (byte: number): string => {
  const character = String.fromCharCode(byte)
  return PRINTED.test(character) ? character : '.'
}

/** Lines of `000004c5  7b 22 74 …  {"t…`; places count from the first byte. */
export const hexLines = (bytes: Uint8Array, from: number): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(bytes.length / PER_LINE) }, (_, line) => {
    const some = [...bytes.subarray(line * PER_LINE, (line + 1) * PER_LINE)]
    const place = (from + line * PER_LINE).toString(16).padStart(8, '0')
    const hex = some.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    return `${place}  ${hex.padEnd(PER_LINE * 3 - 1)}  ${some.map(printed).join('')}`
  })

export const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
