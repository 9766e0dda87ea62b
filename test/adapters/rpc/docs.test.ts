import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVERY_PROFILE, type Method } from '../../../adapters/rpc/methods/method.ts'
import { idlePowers, METHODS } from '../../../adapters/rpc/methods/methods.ts'
import { FAMILIES, ROUTES, ROWS } from '../../../adapters/rpc/turns/routes.ts'
import { POWERS, type Power } from '../../../adapters/rpc/wire/powers.ts'

// docs/APP-SERVER.md: the table of methods, written from the rows.

const PATH = join(import.meta.dirname, '..', '..', '..', 'docs', 'APP-SERVER.md')
const MARK = '<!-- methods -->\n'

/** What stands for the members a key is made of. */
const PARAMS = {
  threadId: '…',
  path: null,
  processId: '…',
  processHandle: '…',
  watchId: '…',
  sessionId: '…',
  name: '…'
}

const erasOf = (names: ReadonlyArray<string>): string =>
  names.length === EVERY_PROFILE.length ? 'all' : names.join(', ')

const gateOf = ({ experimental, profiles }: Method): string => {
  if (experimental.length === 0) return ''
  return experimental.length === profiles.length ? 'yes' : erasOf(experimental)
}

const rowOf = (method: Method): string => {
  const { name, power, profiles, ours, standing } = method
  const theirs = profiles.filter((profile) => !ours.includes(profile))
  const added = ours.length === 0 ? '' : `; ours in ${ours.join(', ')}`
  const key = method.key(PARAMS)
  const waits = key === null ? '' : `\`${key.name}\`${key.mode === 'shared' ? ', shared' : ''}`
  const need = power === null ? '' : `\`${power}\``
  const cells = [`\`${name}\``, `${erasOf(theirs)}${added}`, gateOf(method), waits, need, standing]
  return `| ${cells.join(' | ')} |\n`
}

const rendered = (): string =>
  [
    '\n| method | eras | experimental API | waits | power | standing |\n|---|---|---|---|---|---|\n',
    ...METHODS.map(rowOf)
  ].join('')

const ROUTES_BEGIN = '<!-- routes -->\n'
const ROUTES_END = '<!-- end of routes -->\n'

const routesRendered = (): string =>
  [
    '\n| method | answered by | switched off with |\n|---|---|---|\n',
    ...ROWS.map(
      ({ pattern, route, family }) =>
        `| \`${pattern}\` | ${ROUTES[route]} | ${family === null ? '' : `\`${family}\``} |\n`
    ),
    '\n'
  ].join('')

describe('docs/APP-SERVER.md', () => {
  it('says who answers each method while a Codex runs turns', () => {
    const text = readFileSync(PATH, 'utf8')
    const [head = '', rest = ''] = text.split(ROUTES_BEGIN)
    const [table = '', tail = ''] = rest.split(ROUTES_END)
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(PATH, `${head}${ROUTES_BEGIN}${routesRendered()}${ROUTES_END}${tail}`)
      return
    }
    expect(table).to.equal(routesRendered())
  })

  it('names the families that can be switched off, in TURNS.md', () => {
    const text = readFileSync(join(PATH, '..', 'TURNS.md'), 'utf8')
    const rows = text.split('\n').filter((line) => /^\| `\w+` \|/.test(line))
    expect(rows).to.deep.equal(
      Object.entries(FAMILIES).map(([name, what]) => `| \`${name}\` | ${what} |`)
    )
  })

  it('has its table in step with the rows of the methods', () => {
    const [head = '', table = ''] = readFileSync(PATH, 'utf8').split(MARK)
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(PATH, `${head}${MARK}${rendered()}`)
      return
    }
    expect(table).to.equal(rendered())
  })

  it('has every power with what it lets clients do, and names those that no method needs', () => {
    const [head = ''] = readFileSync(PATH, 'utf8').split(MARK)
    const powers = head.slice(head.indexOf('| power |'), head.indexOf('`--allow LIST`'))
    const [, , ...rows] = powers.split('\n').filter((line) => line.startsWith('|'))
    const shown = (name: string) => (name === 'endpoint' ? 'endpoint=URL' : name)
    expect(rows).to.deep.equal(
      Object.entries(POWERS).map(([name, what]) => `| \`${shown(name)}\` | ${what} |`)
    )
    const [sentence = ''] = /No method needs .* yet\./.exec(powers) ?? []
    const words = Array.from(sentence.matchAll(/`(\w+)`/g), ([, name]) => name as Power)
    expect(words).to.deep.equal(idlePowers(Object.keys(POWERS) as ReadonlyArray<Power>))
  })

  it('says in a line what each served method is, in order', () => {
    const [head = ''] = readFileSync(PATH, 'utf8').split(MARK)
    const served = head.slice(head.indexOf('## Served'), head.indexOf(ROUTES_BEGIN))
    const rows = served.matchAll(/^\| `([a-zA-Z]+(?:\/[a-zA-Z_]+)*)` \|/gm)
    expect(Array.from(rows, ([, name]) => name)).to.deep.equal(
      METHODS.filter(({ standing }) => standing === 'served').map(({ name }) => name)
    )
  })
})
