/**
 * Digests, without I/O: rows and chains of the ledgers name texts by them.
 */
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** SHA-256 of the UTF-8 bytes of a text, in lower-case hexadecimal; half a surrogate pair counts as U+FFFD. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** SHA-1 of the UTF-8 bytes of a text, in lower-case hexadecimal: what Codex names repositories and skills by. */
export const sha1Hex = (text: string): string => bytesToHex(sha1(utf8ToBytes(text)))

/** SHA-256 of the UTF-8 bytes of a text in base64: how a policy of a page names a script. */
export const sha256Base64 = (text: string): string =>
  globalThis.btoa(String.fromCharCode(...sha256(utf8ToBytes(text))))
