// The goal: every command has a man page that says all the table says, and that the package names.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { manPages } from '../../../adapters/cli/man/pages.ts'
import { prose, typed } from '../../../adapters/cli/man/roff.ts'
import { COMMANDS, formsOf, GLOBAL_OPTIONS } from '../../../adapters/cli/table/commands.ts'
import { unroll } from './console.ts'

const SECTIONS = [
  ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'OUTPUT', 'EXIT STATUS'],
  ...['ENVIRONMENT', 'FILES', 'EXAMPLES', 'SEE ALSO']
]

describe('man pages', () => {
  const pages = manPages('1.2.3')
  const files = [...pages.keys()]

  it('are one of the program and one of each command, and the package names them', () => {
    expect(files).to.deep.equal(['unroll.1', ...COMMANDS.map(({ name }) => `unroll-${name}.1`)])
    const { man } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(man).to.deep.equal(files.map((name) => `./dist/man/${name}`))
  })

  it('have the usual sections in the usual order', () => {
    for (const [name, page] of pages) {
      const sections = [...page.matchAll(/^\.SH (.*)$/gm)].map(([, section]) => section)
      const left = name === 'unroll.1' || !page.includes('.SH EXAMPLES') ? 'EXAMPLES' : ''
      expect([name, sections]).to.deep.equal([name, SECTIONS.filter((each) => each !== left)])
    }
  })

  it('name every option', () => {
    const heads = (page: string) =>
      new Set(
        [...page.matchAll(/\\-\\-((?:\w|\\-)+)/g)].map(([, name = '']) => name.replace(/\\/g, ''))
      )
    for (const command of COMMANDS) {
      const there = heads(pages.get(`unroll-${command.name}.1`) ?? '')
      const wanted = formsOf(command).flatMap(({ options }) => options.map(({ name }) => name))
      expect([command.name, wanted.filter((name) => !there.has(name))]).to.deep.equal([
        command.name,
        []
      ])
    }
    const global = heads(pages.get('unroll.1') ?? '')
    expect(GLOBAL_OPTIONS.filter(({ name }) => !global.has(name))).to.deep.equal([])
  })

  it('take no text for a request, and keep what is typed as it is', () => {
    expect(prose('.so /etc/passwd')).to.equal('\\&.so /\\:etc/\\:passwd')
    expect(prose("it's `a-b` ~ \\")).to.equal('it\\(aqs \\fBa\\-b\\fP \\(ti \\e')
    expect(typed('unroll <a> [b]')).to.equal('\\fBunroll \\fP\\fI<a>\\fP\\fB \\fP\\fI[b]\\fP')
  })

  it('are printed by help', async () => {
    const page = await unroll(['help', 'threads', '--man'])
    expect([page.code, page.out]).to.deep.equal([0, pages.get('unroll-threads.1')])
    expect((await unroll(['help', '--man'])).out).to.equal(pages.get('unroll.1'))
  })
})
