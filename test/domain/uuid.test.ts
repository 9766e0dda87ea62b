// Thread ids as Codex's parser takes them. The texts are those of the `uuid` crate, written down
// from its rules, not from this code.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { parseUuid } from '../../domain/uuid.ts'

const ID = '01a1fce3-6dde-7892-bcc3-e7827868fa93'
const unknownCharacter = (character: string, at: number): string =>
  `invalid character: expected an optional prefix of \`urn:uuid:\` followed by [0-9a-fA-F-], found \`${character}\` at ${at}`

describe('a thread id', () => {
  for (const [how, text] of [
    ['with hyphens', ID],
    ['in capitals', ID.toUpperCase()],
    ['without hyphens', ID.replaceAll('-', '')],
    ['in braces', `{${ID}}`],
    ['as a URN', `urn:uuid:${ID}`]
  ] as const) {
    it(`is read ${how} and printed lowercase with hyphens`, () => {
      expect(parseUuid(text)).to.deep.equal(E.right(ID))
    })
  }

  for (const [text, reason] of [
    ['', 'invalid length: expected length 32 for simple format, found 0'],
    ['abc', 'invalid length: expected length 32 for simple format, found 3'],
    [
      `${ID.replaceAll('-', '')}0`,
      'invalid length: expected length 32 for simple format, found 33'
    ],
    ['zz', unknownCharacter('z', 1)],
    ['not-a-uuid', unknownCharacter('n', 1)],
    [`${ID.slice(0, 35)}g`, unknownCharacter('g', 36)],
    ['ab é', unknownCharacter(' ', 3)],
    ['é', unknownCharacter('é', 1)],
    ['a日z', unknownCharacter('日', 2)],
    ['{zz}', unknownCharacter('z', 2)],
    ['urn:uuid:zz', unknownCharacter('z', 10)],
    [`{${ID}`, unknownCharacter('{', 1)],
    ['{}', 'invalid group count: expected 5, found 1'],
    ['a-b', 'invalid group count: expected 5, found 2'],
    [`${ID}-1`, 'invalid group count: expected 5, found 6'],
    [`0${ID}`, 'invalid group length in group 0: expected 8, found 9'],
    ['01a1fce3-6dd-7892-bcc3-e7827868fa93', 'invalid group length in group 1: expected 4, found 3'],
    [`${ID}0`, 'invalid group length in group 4: expected 12, found 13'],
    [ID.slice(0, 35), 'invalid group length in group 4: expected 12, found 11']
  ] as const) {
    it(`is refused when written ${JSON.stringify(text)}`, () => {
      expect(parseUuid(text)).to.deep.equal(E.left(reason))
    })
  }
})
