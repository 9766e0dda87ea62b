// The writer of config.toml: what it adds and takes out is what is meant, and every other byte stays.
import { expect } from 'chai'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { withAdded, withFlag, withoutAt } from '../../../adapters/home/config-text.ts'
import type { Json, JsonObject } from '../../../domain/json.ts'

const valueOf = (text: string): JsonObject => structuredClone(parse(text)) as JsonObject

const isTable = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** What a configuration should say when it gets what it does not have. */
const merged = (existing: Json | undefined, added: Json): Json => {
  if (existing === undefined) return added
  if (!isTable(existing) || !isTable(added)) return existing
  const all = new Map<string, Json>(Object.entries(existing))
  for (const [name, value] of Object.entries(added)) all.set(name, merged(all.get(name), value))
  return Object.fromEntries(all)
}

/** True when a text is another one with whole pieces put into it. */
const onlyGained = (before: string, after: string): boolean => {
  let at = 0
  for (const character of after) if (character === before[at]) at += 1
  return at === before.length
}

const NAMES = [
  'a',
  'mcp_servers',
  'with.dot',
  'with space',
  'ä',
  '',
  '"q"',
  "'",
  'a-b',
  '1',
  '#',
  '[x]',
  '__proto__'
]
const name = fc.constantFrom(...NAMES)
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('two\nlines', '"""', "'''", '# no comment', '[a]', '\\', '\r\n', '\u0007', '{')
)
const scalar: fc.Arbitrary<Json> = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text))
const table = fc.dictionary(name, fc.oneof(scalar, fc.dictionary(name, scalar, { maxKeys: 3 })), {
  maxKeys: 4
})

const quoted = (part: string): string => JSON.stringify(part).replaceAll('\u007f', '\\u007f')

/** Pieces that a configuration is put together from, in every way that TOML has. */
const PIECES = [
  '# a comment',
  '',
  '   ',
  'model = "x" # behind',
  'list = [\n  1, # one\n  2\n]',
  'note = """\n[mcp_servers.fake]\n# no comment\n"""',
  "raw = '''\n[x]\n'''",
  'inline = { a = 1, b = { c = "}" } }',
  'dotted.one.two = 1',
  'a.b = 1',
  'mcp_servers = { kept = { command = "true" } }',
  'mcp_servers.kept.command = "true"',
  '[mcp_servers]',
  '[mcp_servers.kept]\ncommand = "true"',
  '[a]\nb = 1 # b\n\n# about c',
  '[a.c]',
  '["with.dot"]\nx = 1',
  '[[lists]]\na = 1',
  '[[lists]]\na = 2\n[lists.below]\nb = 1',
  '  [ "ä" ]  # spaced',
  'when = 2026-11-23T12:00:00Z'
]

const config = fc
  .tuple(fc.shuffledSubarray(PIECES), fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean())
  .map(([pieces, newline, ends, marked]) => {
    const whole = pieces.join('\n').replaceAll('\n', newline) + (ends ? newline : '')
    return marked ? `# ${quoted('mark')}${newline}${whole}` : whole
  })
  .filter((whole) => {
    try {
      parse(whole)
      return true
    } catch {
      return false
    }
  })

describe('the writer of config.toml', () => {
  it('adds what is missing, and only that; comments, order and spacing stay byte for byte', () => {
    let edited = 0
    fc.assert(
      fc.property(config, table, (before, added) => {
        const after = withAdded(before, added)
        if (after === null) return
        edited += 1
        expect(valueOf(after)).to.deep.equal(structuredClone(merged(valueOf(before), added)))
        expect(onlyGained(before, after), `${before}\n---\n${after}`).to.equal(true)
        expect(withAdded(after, added)).to.equal(after)
      }),
      { numRuns: 400 }
    )
    expect(edited).to.be.greaterThan(360)
  })

  it('takes out again what it added, and leaves what was there', () => {
    fc.assert(
      fc.property(config, fc.constantFrom('new', 'new.dot', 'ü'), table, (before, own, added) => {
        const path = ['own tables', own]
        const after = withAdded(before, { 'own tables': { [own]: added } })
        if (after === null) return
        const restored = withoutAt(after, path)
        if (restored === null) return
        const { 'own tables': rest = {}, ...others } = valueOf(restored)
        expect([others, rest]).to.deep.equal([valueOf(before), {}])
        expect(onlyGained(before.trimEnd(), restored)).to.equal(true)
      })
    )
  })

  it('adds nothing where nothing else can be kept, and nothing to what is no TOML', () => {
    expect(withAdded('a = ', { b: 1 })).to.equal(null)
    expect(withAdded('a = 1\n', { a: { b: 1 } })).to.equal('a = 1\n')
    expect(withFlag('plugins = 7\n', ['plugins', 'x', 'enabled'], true)).to.equal(null)
    expect(withoutAt('x = ', ['x'])).to.equal(null)
  })

  it('puts values where people look for them', () => {
    const ways: ReadonlyArray<readonly [string, JsonObject, string]> = [
      ['', { sandbox_mode: 'w' }, 'sandbox_mode = "w"\n'],
      ['# mine\n[a]\nx = 1\n', { b: 1 }, 'b = 1\n\n# mine\n[a]\nx = 1\n'],
      ['model = "x"\n\n[a]\n', { b: 1 }, 'model = "x"\nb = 1\n\n[a]\n'],
      [
        '[p]\ninherit = "all"\n\n[q]\n',
        { p: { set: { A: '1' } } },
        '[p]\ninherit = "all"\n\n[q]\n\n[p.set]\nA = "1"\n'
      ],
      [
        '[p.set]\nA = "1" # a\n\n[q]\n',
        { p: { set: { B: '2' } } },
        '[p.set]\nA = "1" # a\nB = "2"\n\n[q]\n'
      ],
      ['p = { a = 1 }', { p: { b: 2 } }, 'p = { b = 2, a = 1 }\n'],
      ['p.a = 1\r\n', { p: { b: 2 } }, 'p.a = 1\r\np.b = 2\r\n'],
      [
        '[mcp_servers.kept]\ncommand = "true"',
        { mcp_servers: { 'with.dot': { command: 'x', args: ['a', 'b'], env: { K: 'v"' } } } },
        '[mcp_servers.kept]\ncommand = "true"\n\n[mcp_servers."with.dot"]\ncommand = "x"\nargs = ["a", "b"]\n\n[mcp_servers."with.dot".env]\nK = "v\\""\n'
      ]
    ]
    for (const [before, added, after] of ways) expect(withAdded(before, added)).to.equal(after)
  })

  it('refuses nothing of a hostile text but what it would change', () => {
    const hostile = 'x = """\n[mcp_servers.a]\ncommand = "evil"\n"""\n# [mcp_servers.a]\n'
    const after = withAdded(hostile, { mcp_servers: { a: { command: 'true' } } }) ?? ''
    expect(after.startsWith(hostile)).to.equal(true)
    expect(isDeepStrictEqual(valueOf(after)['mcp_servers'], { a: { command: 'true' } })).to.equal(
      true
    )
  })
})
