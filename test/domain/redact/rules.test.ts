// Every rule against its own examples, in the places where people leave secrets, and over what holds none. What is a secret and what is
// not stands in the rules themselves, beside each pattern, and was written from the documents of the services.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretsIn } from '../../../domain/redact/find.ts'
import { ownRule, RULES, strictRules } from '../../../domain/redact/rules.ts'
import { createRedactor } from '../../../domain/redact/value.ts'
import { FIXTURES } from '../../support/fixture-home.ts'
import { everySecret, filled, plantedIn, PLACEMENTS } from '../../support/secrets.ts'

/** Rules that need what stands around the secret, which a placement may take away: a URL, a header, a line of its own. */
const isWhole = (text: string): boolean => !/\s/.test(text)

const isHidden = (text: string, secret: string): boolean => {
  let out = ''
  let from = 0
  for (const found of secretsIn(text, RULES)) {
    out += `${text.slice(from, found.from)}#`
    from = found.until
  }
  return !(out + text.slice(from)).includes(secret)
}

describe('the rules of the redactor', () => {
  it('are at least 45, each with one word and examples that hold a secret and none', () => {
    expect(RULES.length).to.be.greaterThan(44)
    const wrong = RULES.flatMap((rule) => {
      const { text, secret } = plantedIn(rule)
      const found = secretsIn(text, [rule])
      const isFound = found.length === 1 && text.slice(found[0]?.from, found[0]?.until) === secret
      const others = secretsIn(filled(rule.no), RULES)
      return isFound && others.length === 0 && /^[a-z0-9-]+$/.test(rule.word) ? [] : [rule.word]
    })
    expect(wrong).to.deep.equal([])
  })

  it('name a secret by the word of its own rule, whatever other rules take it for', () => {
    const wrong = everySecret().flatMap(({ rule, text }) => {
      const [first] = secretsIn(text, RULES)
      return first?.word === rule.word ? [] : [`${rule.word}: ${first?.word}`]
    })
    expect(wrong).to.deep.equal([])
  })

  it('find every secret in every place where people leave them', function () {
    const missed: Array<string> = []
    let count = 0
    for (const { rule, text, secret } of everySecret()) {
      for (const [name, place] of Object.entries(PLACEMENTS)) {
        if (!isWhole(text) && ['url', 'file_name', 'argument'].includes(name)) continue
        count += 1
        // JSON spells line ends and quotes otherwise, so the longest piece of the secret is looked for.
        const piece = secret.split(/[\s"\\]+/).toSorted((a, b) => b.length - a.length)[0] ?? ''
        if (!isHidden(place(text), piece)) missed.push(`${rule.word} in ${name}`)
      }
    }
    process.stdout.write(`      recall: ${count - missed.length} of ${count}\n`)
    expect(missed).to.deep.equal([])
  })

  it('find tokens that a terminal broke into two lines, or coloured in the middle', () => {
    const missed = everySecret().flatMap(({ rule, secret }) => {
      if (rule.isDistinct !== true || secret.length < 40) return []
      const middle = Math.floor(secret.length / 2)
      const [head, tail] = [secret.slice(0, middle), secret.slice(middle)]
      const texts = [`say ${head}\n${tail} end`, `\u001b[1;31m${head}\u001b[0m${tail}`]
      return texts.every((text) => isHidden(text, tail)) ? [] : [rule.word]
    })
    expect(missed).to.deep.equal([])
  })

  it('find a secret in base64', () => {
    const { text } = plantedIn(RULES.find(({ word }) => word === 'github-token') ?? RULES[0]!)
    const base64 = Buffer.from(`machine: ${text}`).toString('base64')
    expect(secretsIn(`data ${base64} end`, RULES)).to.deep.equal([
      { word: 'github-token', from: 5, until: 5 + base64.length }
    ])
  })

  it('find next to nothing in recorded homes, which hold no secret', () => {
    let strings = 0
    const found: Array<string> = []
    const walk = (value: unknown): void => {
      if (typeof value === 'string') {
        strings += 1
        for (const { word, from, until } of secretsIn(value, RULES))
          found.push(`${word}: ${value.slice(from, until)}`)
      } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
    }
    const homes = join(FIXTURES, 'homes')
    for (const name of readdirSync(homes, { recursive: true, encoding: 'utf8' })) {
      if (!/rollout-.*\.jsonl$/.test(name)) continue
      for (const line of readFileSync(join(homes, name), 'utf8').split('\n')) {
        try {
          walk(JSON.parse(line))
        } catch {
          // Damaged lines are no texts.
        }
      }
    }
    process.stdout.write(`      ${found.length} found in ${strings} texts without secrets\n`)
    expect(strings).to.be.greaterThan(10_000)
    expect(found).to.deep.equal([])
  })

  it('leave programs, types and placeholders alone', () => {
    const texts = [
      'const password = process.env.DB_PASSWORD',
      'password: string',
      'token: z.string().min(1)',
      'apiKey: config.apiKey,',
      'export API_KEY=$OTHER',
      'API_KEY=<your key>',
      'secret: ${{ secrets.TOKEN }}',
      'Authorization: Bearer <token>',
      'tokens: 128000, maxTokens = 4096',
      'function token(text: string): Token {',
      'if (password === undefined) return',
      'const TOKEN = /[a-z]+/g',
      'https://example.com/a@b:c',
      'postgres://user:${PASSWORD}@host/db',
      'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
      'a uuid 01a1fcdc-359a-7731-ae44-e79fba9fff78',
      'sha512-YHcE2pTXRLkJDCQhvHDsXbPuTSXjCqZbzSwLs9dN0o3pT7Bp8qIwQ5aGmF6kRz1V',
      'risk-management-of-things-2024',
      'the password is required'
    ]
    const found = texts.flatMap((text) =>
      secretsIn(text, RULES).map(({ word }) => `${word}: ${text}`)
    )
    expect(found).to.deep.equal([])
  })
})

describe('strict rules', () => {
  const rules = strictRules({ homeFolder: '/home/jane', user: 'jane', host: 'pluto' })
  const words = (text: string) => secretsIn(text, rules).map(({ word }) => word)

  it('find who and where, and leave test nets and hashes alone', () => {
    expect(words('cd /home/jane/x; ssh jane@pluto')).to.deep.equal(['home-folder', 'user', 'host'])
    expect(
      words('mail a.b@example.org from 93.184.215.14 to 2a00:1450:4001:81b::200e')
    ).to.deep.equal(['email', 'ip-address', 'ip-address'])
    expect(words('git@example.com:team/project.git')[0]).to.equal('email')
    expect(words('127.0.0.1 192.0.2.7 12:30:45 1.2.3 v10.20.30.400')).to.deep.equal([])
    expect(words(filled('{a40}'))).to.deep.equal(['high-entropy'])
    expect(words('9fceb02d0ae598e95dc970b74767f19372d61af8')).to.deep.equal([])
  })
})

describe('a file of own rules', () => {
  it('takes texts and patterns, and passes over empty lines and comments', () => {
    const rules = ['Project X', '/acme-\\d+/i', '', '# note'].flatMap((line) => ownRule(line) ?? [])
    expect(
      secretsIn('about Project X and ACME-42, not project x', rules).map(({ from, until }) => [
        from,
        until
      ])
    ).to.deep.equal([
      [6, 15],
      [20, 27]
    ])
  })
})

describe('a value without secrets', () => {
  const github = filled('ghp_{a36}')

  it('has the same tag for the same secret, a number for each, and says where they were', async () => {
    const redactor = createRedactor(RULES)
    const { value, hidden } = await redactor.value({
      command: `echo ${github}`,
      list: [{ output: `${github} and AKIA${filled('{u16}')}` }],
      settings: { dbPassword: filled('{a14}'), count: 3, none: null }
    })
    expect(value).to.deep.equal({
      command: 'echo [REDACTED github-token 1]',
      list: [{ output: '[REDACTED github-token 1] and [REDACTED aws-key-id 2]' }],
      settings: { dbPassword: '[REDACTED secret 3]', count: 3, none: null }
    })
    expect(hidden).to.deep.equal([
      { word: 'github-token', path: '/command' },
      { word: 'github-token', path: '/list/0/output' },
      { word: 'aws-key-id', path: '/list/0/output' },
      { word: 'secret', path: '/settings/dbPassword' }
    ])
    expect(Object.fromEntries(redactor.kinds())).to.deep.equal({
      'github-token': 1,
      'aws-key-id': 1,
      secret: 1
    })
  })

  it('hides names of members, and stays the same object where nothing is hidden', async () => {
    const redactor = createRedactor(RULES)
    const plain = { a: 'text', b: ['more'] }
    expect((await redactor.value(plain)).value).to.equal(plain)
    expect((await redactor.value({ [github]: 1 })).value).to.deep.equal({
      '[REDACTED github-token 1]': 1
    })
  })

  it('is hidden once and for all: what was redacted holds nothing to redact', async () => {
    const again = everySecret().map(async ({ text }) => {
      const { value } = await createRedactor(RULES).value(text)
      return (await createRedactor(RULES).value(value)).value === value ? [] : [value]
    })
    expect((await Promise.all(again)).flat()).to.deep.equal([])
  })
})
