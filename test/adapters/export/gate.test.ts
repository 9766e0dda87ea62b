// The last look at an export: nothing that holds a secret passes, wherever the pieces are cut.
import { expect } from 'chai'
import { gated, SecretLeft } from '../../../adapters/export/gate.ts'
import type { ExportPiece } from '../../../adapters/export/parts.ts'
import { secretlintFinder } from '../../../adapters/export/secretlint.ts'
import { RULES } from '../../../domain/redact/rules.ts'
import { everySecret, filled } from '../../support/secrets.ts'

async function* each(texts: ReadonlyArray<string>): AsyncGenerator<ExportPiece> {
  for (const text of texts) yield { part: 1, text }
}

/** What passed, and why the rest did not. */
const passed = async (texts: ReadonlyArray<string>, rules = RULES) => {
  const finder = await secretlintFinder()
  let text = ''
  try {
    for await (const piece of gated(each(texts), rules, finder)) text += piece.text
    return { text, left: null }
  } catch (thrown) {
    if (!(thrown instanceof SecretLeft)) throw thrown
    return { text, left: { word: thrown.word, line: thrown.line, message: thrown.message } }
  }
}

describe('the gate of an export', () => {
  it('lets texts without secrets pass as they are', async () => {
    const texts = ['one\n', 'two [REDACTED github-token 1]\n', 'password: [REDACTED secret 2]', '']
    expect(await passed(texts)).to.deep.equal({ text: texts.join(''), left: null })
  })

  it('refuses a secret of every rule, says its kind and line, and never the secret', async () => {
    const wrong: Array<string> = []
    for (const { rule, text, secret } of everySecret()) {
      const { text: out, left } = await passed(['first\n', `second\n${text}\nlast\n`])
      const isRefused = left?.word === rule.word && left.line >= 3 && out === ''
      if (!isRefused || left.message.includes(secret)) wrong.push(rule.word)
    }
    expect(wrong).to.deep.equal([])
  })

  it('refuses a secret that lies in two pieces, before its first letter passes', async () => {
    const token = filled('ghp_{a36}')
    for (const at of [1, 4, 20, 39])
      expect(
        await passed(['a\n', `b ${token.slice(0, at)}`, `${token.slice(at)} c`])
      ).to.deep.include({
        text: 'a\n'
      })
  })

  it('does not look into pictures', async () => {
    const picture = `data:image/png;base64,${Buffer.from(`x ${filled('ghp_{a36}')} y`).toString('base64')}`
    expect(await passed([picture])).to.deep.equal({ text: picture, left: null })
  })

  it('finds what only secretlint knows', async () => {
    const { left } = await passed([`x ${filled('ghp_{a36}')} y`], [])
    expect(left?.word).to.equal('github')
  })

  it('finds with secretlint what lies anywhere in a long text, once', async () => {
    const finder = await secretlintFinder()
    const token = filled('ghp_{a36}')
    for (const at of [0, 24_550, 24_576, 32_740, 32_768, 57_330, 79_999]) {
      const text = `${'word '.repeat(20_000).slice(0, at)} ${token} ${'more '.repeat(9000)}`
      const [before, found, after] = await finder(['short text of its own', text, 'another one'])
      expect([before, after]).to.deep.equal([[], []])
      expect(found).to.deep.equal([{ word: 'github', from: at + 1, until: at + 41 }])
    }
  })
})
