import { expect } from 'chai'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { filled } from '../../support/secrets.ts'
import { inHome } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const FORK = '01a1fcde-3abc-7921-ae69-8e353aa02221'

/** A picture of one dot. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const rolloutOf = (home: string, id: string): string => {
  const found = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith(`${id}.jsonl`)
  )
  return join(home, found ?? '')
}

const turnsIn = (markdown: string): number => (markdown.match(/^## Turn /gm) ?? []).length

describe('unroll export', () => {
  let home = ''
  let folder = ''
  const typed = inHome(() => home)
  const unroll = (argv: ReadonlyArray<string>) => typed(argv, { cwd: folder })

  beforeEach(() => {
    home = copyHome('fork-rollback-142')
    folder = temporaryFolder()
  })
  afterEach(() => {
    removeFolder(home)
    removeFolder(folder)
  })

  it('prints Markdown, and writes what the name of the file says, whole', async () => {
    const printed = await unroll(['export', ROOT, '--reproducible'])
    expect({ code: printed.code, err: printed.err }).to.deep.equal({ code: 0, err: '' })
    expect(printed.out.startsWith('---\nunroll: export/1\n')).to.equal(true)
    const written = await unroll(['export', ROOT, '-o', 'x.md', '--reproducible'])
    expect(written.out).to.equal('')
    expect(written.err).to.match(/^wrote \S+x\.md: \d+ turns, /)
    expect(readFileSync(join(folder, 'x.md'), 'utf8')).to.equal(printed.out)
    await unroll(['export', ROOT, '-o', 'x.jsonl', '-q'])
    const lines = readFileSync(join(folder, 'x.jsonl'), 'utf8').trimEnd().split('\n')
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type)
    expect([types[0], types[1], types.at(-1)]).to.deep.equal(['head', 'thread', 'end'])
    expect(readdirSync(folder).sort()).to.deep.equal(['x.jsonl', 'x.md'])
  })

  it('puts the pictures of Markdown into a folder beside it, each once, and says that none was looked into', async () => {
    const [first, second] = [PNG, `${PNG.slice(0, -4)}AAA=`]
    const message = (...urls: ReadonlyArray<string>) =>
      JSON.stringify({
        timestamp: '2026-11-21T06:49:59.000Z',
        type: 'event_msg',
        payload: {
          type: 'user_message',
          message: 'look',
          images: urls.map((base64) => `data:image/png;base64,${base64}`)
        }
      })
    const rollout = rolloutOf(home, ROOT)
    appendFileSync(rollout, `${message(first, second)}\n${message(first)}\n`)
    const { code, err } = await unroll(['export', ROOT, '-o', 'a (b).md'])
    expect([code, err.includes('3 pictures not looked into for secrets')]).to.deep.equal([0, true])
    const text = readFileSync(join(folder, 'a (b).md'), 'utf8')
    const addresses = [...text.matchAll(/!\[picture\]\(([^)]+)\)/g)].map(
      ([, address = '']) => address
    )
    expect(addresses.map((address) => address.split('/')[0])).to.deep.equal(
      Array.from({ length: 3 }, () => 'a%20%28b%29.md.files')
    )
    expect(
      addresses.map((address) =>
        readFileSync(join(folder, decodeURIComponent(address))).toString('base64')
      )
    ).to.deep.equal([first, second, first])
    expect(readdirSync(folder).sort()).to.deep.equal(['a (b).md', 'a (b).md.files'])
    expect(readdirSync(join(folder, 'a (b).md.files'))).to.have.length(2)

    const page = await unroll(['export', ROOT, '-o', 'x.html', '--images', 'files'])
    expect([page.code, page.err.includes('--images files is for Markdown')]).to.deep.equal([
      2,
      true
    ])
    mkdirSync(join(folder, 'y.md.files'))
    const taken = await unroll(['export', ROOT, '-o', 'y.md'])
    expect([taken.code, taken.err.includes('y.md.files exists already')]).to.deep.equal([6, true])
    await unroll(['export', ROOT, '-o', 'z.md', '--images', 'omit'])
    expect(readdirSync(folder).filter((name) => name.startsWith('z'))).to.deep.equal(['z.md'])
  })

  it('replaces no file without --force', async () => {
    writeFileSync(join(folder, 'x.html'), 'mine')
    const refused = await unroll(['export', ROOT, '-o', 'x.html'])
    expect([refused.code, refused.out]).to.deep.equal([6, ''])
    expect(refused.err).to.include('exists already')
    expect(readFileSync(join(folder, 'x.html'), 'utf8')).to.equal('mine')
    expect((await unroll(['export', ROOT, '-o', 'x.html', '--force'])).code).to.equal(0)
    expect(readFileSync(join(folder, 'x.html'), 'utf8')).to.match(/^<!doctype html>/)
  })

  it('writes several threads into a folder, and refuses them elsewhere', async () => {
    const done = await unroll(['export', ROOT, FORK, '--to', 'json', '-o', 'out/'])
    expect(done.code).to.equal(0)
    expect(readdirSync(join(folder, 'out')).sort()).to.deep.equal(
      [`${ROOT}.json`, `${FORK}.json`].sort()
    )
    expect((await unroll(['export', ROOT, FORK])).code).to.equal(2)
    expect((await unroll(['export', ROOT, FORK, '--at', '3'])).code).to.equal(2)
    mkdirSync(join(folder, 'there'))
    expect((await unroll(['export', ROOT, '-o', 'there'])).code).to.equal(0)
    expect(existsSync(join(folder, 'there', `${ROOT}.md`))).to.equal(true)
  })

  it('exports the turns that are named, by number and by id, and the time that is asked for', async () => {
    const all = turnsIn((await unroll(['export', ROOT])).out)
    const asked = async (...words: ReadonlyArray<string>) =>
      turnsIn((await unroll(['export', ROOT, ...words])).out)
    expect(all).to.be.greaterThan(2)
    expect([await asked('--turns', '2..'), await asked('--turns', '..2')]).to.deep.equal([
      all - 1,
      2
    ])
    expect([await asked('--turns', '1'), await asked('--turns=-1')]).to.deep.equal([1, 1])
    expect(await asked('--since', '2027-01-01')).to.equal(0)
    expect(await asked('--until', '2027-01-01')).to.equal(all)
    expect((await unroll(['export', ROOT, '--turns', '2..1'])).code).to.equal(2)
    expect((await unroll(['export', ROOT, '--turns', '999'])).code).to.equal(3)
  })

  it('exports only messages, or the threads that came of it too, or the thread as it was', async () => {
    const chat = (await unroll(['export', ROOT, '--detail', 'chat'])).out
    expect(chat).to.include('**Codex**')
    expect(chat).to.not.include('<details>')
    const family = await unroll(['export', ROOT, '--to', 'json', '--with', 'forks'])
    const { included, counts } = JSON.parse(family.out) as {
      included: ReadonlyArray<{ kind: string; thread: { id: string } }>
      counts: { threads: number }
    }
    expect(included.map(({ kind }) => kind)).to.include('fork')
    expect(included.map(({ thread }) => thread.id)).to.include(FORK)
    expect(counts.threads).to.equal(included.length + 1)
    const before = turnsIn((await unroll(['export', `${ROOT}@8`])).out)
    expect(before).to.be.lessThan(turnsIn(chat))
  })

  it('marks turns that were rolled back where they were, and has none unless they are asked for', async () => {
    const plain = (await unroll(['export', FORK])).out
    const marked = (await unroll(['export', FORK, '--include-rolled-back'])).out
    expect(plain).to.not.include('Rolled-back turn')
    const gone = (marked.match(/~~Rolled-back turn~~/g) ?? []).length
    const shown = await typed(['show', FORK, '--rolled-back'], { cwd: folder })
    expect(gone).to.equal((shown.out.match(/^Rolled-back turn/gm) ?? []).length)
    expect(turnsIn(marked)).to.equal(turnsIn(plain))
  })

  describe('in parts', () => {
    const message = (text: string) =>
      JSON.stringify({
        timestamp: '2026-11-21T06:49:59.000Z',
        type: 'event_msg',
        payload: { type: 'agent_message', message: text }
      })
    const long = (at: number) => `answer ${at} ${'of many words '.repeat(3000)}end ${at}`
    const answers = Array.from({ length: 9 }, (_, at) => long(at))

    beforeEach(() => appendFileSync(rolloutOf(home, ROOT), `${answers.map(message).join('\n')}\n`))

    const partsIn = (name: string): ReadonlyArray<string> =>
      readdirSync(folder)
        .filter((one) => one.startsWith(`${name}.`) || one.startsWith(`${name}-`))
        .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))

    const messagesIn = (html: string): ReadonlyArray<string> =>
      [...html.matchAll(/<div class="text" dir="auto">(.*?)<\/div><\/div>/gs)].map(
        ([, text = '']) => text
      )

    it('has everything once, in pages that are whole by themselves and lead to one another', async () => {
      await unroll(['export', ROOT, '-o', 'all.html', '--reproducible'])
      const whole = readFileSync(join(folder, 'all.html'), 'utf8')
      const done = await unroll([
        'export',
        ROOT,
        '-o',
        'x.html',
        '--split',
        '100kB',
        '--reproducible'
      ])
      expect(done.code, done.err).to.equal(0)
      const names = partsIn('x')
      expect(names).to.deep.equal(['x.html', 'x-2.html', 'x-3.html', 'x-4.html', 'x-5.html'])
      expect(done.err).to.include(', 5 parts')
      const pages = names.map((name) => readFileSync(join(folder, name), 'utf8'))
      expect(pages.flatMap(messagesIn)).to.deep.equal(messagesIn(whole))
      const head = /<meta http-equiv=.*\n/.exec(whole)?.[0] ?? ''
      for (const [at, page] of pages.entries()) {
        expect(Buffer.byteLength(page)).to.be.at.most(101_000)
        expect(page.startsWith('<!doctype html>') && page.includes(head)).to.equal(true)
        expect(page.split('<section').length).to.equal(page.split('</section>').length)
        const links = [...page.matchAll(/<nav class="parts".*?href="\.\/([^"]+)"/g)]
        expect(links.map(([, name]) => name)).to.deep.equal(
          [names[at - 1], names[at + 1]].filter((name) => name !== undefined)
        )
      }
      expect(pages[1]).to.match(/<h2><a href="#turn-[^"]+">Turn \d+, continued<\/a><\/h2>/)
    })

    it('is written as a whole or not at all, never over another file without --force', async () => {
      writeFileSync(join(folder, 'x-3.html'), 'mine')
      const words = ['export', ROOT, '-o', 'x.html', '--split', '0.1 MB']
      const refused = await unroll(words)
      expect([refused.code, readdirSync(folder)]).to.deep.equal([6, ['x-3.html']])
      expect(refused.err).to.include('x-3.html exists already')
      expect((await unroll([...words, '--force'])).code).to.equal(0)
      expect(partsIn('x')).to.have.length(5)
      writeFileSync(join(folder, 'rules'), '/class="parts"/\n')
      const left = await unroll([
        ...['export', ROOT, '-o', 'y.html', '--split', '100k', '--redact-file', 'rules']
      ])
      expect([left.code, partsIn('y')]).to.deep.equal([4, []])
    })

    it('is for HTML that goes to a file', async () => {
      const refusals = [
        ['--to', 'html', '--split', '1MB'],
        ['-o', 'x.md', '--split', '1MB'],
        ['-o', 'x.html', '--split', '10 parts'],
        ['-o', 'x.html', '--split', '1kB'],
        ['--ledger', 'turns', '--split', '1MB'],
        ['--to', 'otlp', '--split', '1MB'],
        ['--to', 'bundle', '-o', 'x.tar', '--split', '1MB']
      ]
      for (const words of refusals)
        expect((await unroll(['export', ROOT, ...words])).code, words.join(' ')).to.equal(2)
      expect(readdirSync(folder)).to.deep.equal([])
    })
  })

  it('refuses unknown threads, formats and patterns', async () => {
    expect((await unroll(['export', '00000000-0000-7000-8000-000000000000'])).code).to.equal(3)
    expect((await unroll(['export', ROOT, '--to', 'pdf'])).code).to.equal(2)
    expect((await unroll(['export', ROOT, '--redact', '--no-redact'])).code).to.equal(2)
    writeFileSync(join(folder, 'rules'), 'fine\n/(/\n')
    const wrong = await unroll(['export', ROOT, '--redact-file', 'rules'])
    expect(wrong.code).to.equal(2)
    expect(wrong.err).to.include('line 2')
  })

  describe('of a thread with secrets', () => {
    const secret = filled('ghp_{a36}')

    beforeEach(() => {
      const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
      const name = files.find((one) => one.includes(ROOT)) ?? ''
      const path = join(home, name)
      const text = readFileSync(path, 'utf8')
      writeFileSync(path, text.replaceAll('rusty gearbox', `gearbox ${secret} of Jane`))
    })

    it('hides them for people and says how many, and leaves them in JSON unless it is asked', async () => {
      const { out, err } = await unroll(['export', ROOT])
      expect(out).to.include('gearbox [REDACTED github-token 1] of Jane')
      expect(out).to.include('Secrets hidden: github-token: 1')
      expect(out).to.not.include(secret)
      expect(err).to.equal(
        'hid 1 secret (github-token); review what was written before you share it\n'
      )
      expect((await unroll(['export', ROOT, '--no-redact'])).out).to.include(secret)
      expect((await unroll(['export', ROOT, '--to', 'json'])).out).to.include(secret)
      const redacted = await unroll(['export', ROOT, '--to', 'json', '--redact'])
      expect(redacted.out).to.not.include(secret)
      expect((JSON.parse(redacted.out) as { redaction: object }).redaction).to.deep.equal({
        rules: 'unroll 2026-11',
        hidden: { 'github-token': 1 }
      })
    })

    it('hides own words, and reports places without the secret', async () => {
      writeFileSync(join(folder, 'rules'), 'Jane\n')
      const words = ['--redact-file', 'rules', '--redact-report', 'report', '-o', 'x.html']
      expect((await unroll(['export', ROOT, ...words])).code).to.equal(0)
      const html = readFileSync(join(folder, 'x.html'), 'utf8')
      expect(html).to.not.include('Jane')
      const report = readFileSync(join(folder, 'report'), 'utf8')
      expect(report).to.not.include(secret)
      const places = report
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { word: string; threadId: string; path: string })
      expect(places.every(({ threadId }) => threadId === ROOT)).to.equal(true)
      expect(new Set(places.map(({ word }) => word))).to.deep.equal(
        new Set(['github-token', 'own'])
      )
      expect(places.map(({ path }) => path)).to.include('/content/0/text')
    })

    it('writes nothing where a secret would be left', async () => {
      // A rule that the markup itself matches: no text of the thread can be hidden so that it is gone.
      writeFileSync(join(folder, 'rules'), 'front-matter\n/unroll: export/\n')
      const refused = await unroll(['export', ROOT, '--redact-file', 'rules', '-o', 'x.md'])
      expect(refused.code).to.equal(4)
      expect(refused.err).to.match(/a secret \(own\) would stand in line 2/)
      expect(readdirSync(folder)).to.deep.equal(['rules'])
    })
  })
})
