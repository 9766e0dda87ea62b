/**
 * What is no secret but tells who and where: people, machines, addresses. Asked for by itself.
 */
import type { SecretRule } from './rule.ts'

/** Names that are looked for as they are. */
export interface PersonalNames {
  readonly homeFolder: string
  readonly user: string
  readonly host: string
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const NAME_MIN = 3

const wordRule = (word: string, text: string): ReadonlyArray<SecretRule> =>
  text.length < NAME_MIN
    ? []
    : [
        {
          word,
          needs: [text.toLowerCase()],
          pattern: new RegExp(`(?<![A-Za-z0-9])${literal(text)}(?![A-Za-z0-9])`, 'dg'),
          yes: text,
          no: `x${text}x`
        }
      ]

const GENERAL: ReadonlyArray<SecretRule> = [
  {
    word: 'email',
    needs: ['@'],
    pattern:
      /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.[A-Za-z]{2,24}(?![\w-])/dg,
    yes: 'someone@example.com',
    no: 'user@host'
  },
  {
    word: 'ip-address',
    needs: ['.'],
    pattern: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/dg,
    judge: 'address',
    yes: '93.184.215.14',
    no: '127.0.0.1'
  },
  {
    word: 'ip-address',
    needs: [':'],
    pattern: /(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,4}(?![\w:])/dgi,
    judge: 'address',
    yes: '2a00:1450:4001:81b::200e',
    no: '12:30:45'
  },
  {
    word: 'repository',
    needs: ['git@', '.git'],
    pattern:
      /(?:git@[\w.-]{1,100}:[\w./-]{1,200}|https?:\/\/[\w.-]{1,100}\/[\w./-]{1,200}\.git)\b/dg,
    yes: 'git@example.com:team/project.git',
    no: 'see .gitignore'
  },
  {
    word: 'high-entropy',
    needs: [],
    pattern: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,400}={0,2}(?![A-Za-z0-9+/_=-])/dg,
    judge: 'entropy',
    yes: '{a40}',
    no: '{h40}'
  }
]

/** The rules of the strict redactor, beside the usual ones. */
export const strictRules = ({
  homeFolder,
  user,
  host
}: PersonalNames): ReadonlyArray<SecretRule> => [
  ...wordRule('home-folder', homeFolder),
  ...GENERAL,
  ...wordRule('user', user),
  ...wordRule('host', host)
]
