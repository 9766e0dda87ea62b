/**
 * A person at the terminal interface of a real Codex that is connected to a server: what keys are pressed, and what must be on
 * the screen and in the files before the next ones are.
 */
import { terminal, type Terminal } from '../terminal.ts'
import { ANSWER, type ScriptedModel } from './model.ts'
import type { TurnsPlace } from './place.ts'
import { endsIn } from './written.ts'

const LOOK_EVERY_MS = 50
const PATIENCE_MS = 30_000
/** An interface takes keys that come too fast for pasted text, in which Enter is a line. */
const CALM_MS = 300

export interface Person {
  readonly place: TurnsPlace
  readonly model: ScriptedModel
  readonly codex: string
  readonly address: string
  /** The word by which the model wants a command about which this Codex asks. */
  readonly asks: 'run' | 'ask'
  /** True of an interface that steers a turn without waiting for its next tool. */
  readonly isQuick: boolean
  /** The terminal that is open; null between two of them. */
  one: Terminal | null
  /** What was done last, for who reads a failure. */
  doing: string
}

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

const open = ({ one }: Person): Terminal => {
  if (one === null) throw new Error('no interface is open')
  return one
}

/** Waits; fails with the screen when it is in vain. */
export const awaited = async (
  person: Person,
  what: string,
  isSo: (screen: string) => boolean
): Promise<void> => {
  let screen = ''
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(LOOK_EVERY_MS)) {
    screen = open(person).screen()
    if (isSo(screen)) return
  }
  throw new Error(`${person.doing}: not seen: ${what}\n${screen}`)
}

/** Types a line and sends it. */
const say = async (person: Person, text: string): Promise<void> => {
  person.doing = text
  open(person).type(text)
  const shown = text.startsWith('!') ? text.slice(1) : text
  await awaited(person, 'what was typed', (screen) =>
    screen.split('\n').some((line) => /^\s*[›!❯]/.test(line) && line.includes(shown))
  )
  await pause(CALM_MS)
  open(person).press('Enter')
}

const press = async (person: Person, ...keys: ReadonlyArray<string>): Promise<void> => {
  await pause(CALM_MS)
  open(person).press(...keys)
}

/** Does something and waits until so many more turns have ended, and the interface has noticed. */
const untilEnded = async (
  person: Person,
  count: number,
  act: () => Promise<void>
): Promise<void> => {
  const before = endsIn(person.place.home)
  await act()
  await awaited(
    person,
    `the end of ${count} turns`,
    () => endsIn(person.place.home) >= before + count
  )
  await awaited(person, 'rest', (screen) => !/esc to interrupt/.test(screen))
}

/** Begins a turn whose model does not end, and waits until that one was asked. */
const hang = async (person: Person): Promise<void> => {
  const before = person.model.asked.length
  await say(person, 'wait here')
  await awaited(person, 'the model to be asked', () => person.model.asked.length > before)
  await pause(CALM_MS)
}

const isAnswered = (screen: string): boolean => screen.includes(ANSWER)
const isOpen = (screen: string): boolean => /^\s*› /m.test(screen)

export const openThread = async (person: Person, ...args: ReadonlyArray<string>): Promise<void> => {
  const { place, codex, address } = person
  const env = {
    CODEX_HOME: place.own,
    HOME: place.own,
    MOCK_KEY: 'none',
    RUST_LOG: 'off',
    TERM: 'xterm-256color'
  }
  person.doing = `codex ${args.join(' ')}`
  person.one = terminal(place.directory, env, [codex, '--remote', address, ...args])
  await awaited(person, 'the prompt', isOpen)
  await pause(CALM_MS * 2)
}

export const quit = async (person: Person): Promise<void> => {
  await say(person, '/quit')
  await awaited(person, 'the end of the interface', (screen) => screen.includes('EXIT 0'))
  open(person).close()
  person.one = null
}

/** One thing that a person does. */
export type Deed = (person: Person) => Promise<void>

const turn =
  (text: string): Deed =>
  async (person) => {
    await untilEnded(person, 1, () => say(person, text))
    await awaited(person, ANSWER, isAnswered)
  }

const decided =
  (key: string): Deed =>
  async (person) =>
    untilEnded(person, 1, async () => {
      await say(person, `${person.asks} touch ${key}`)
      await awaited(person, 'the question', (screen) => screen.includes('Would you like to run'))
      await press(person, key === 'denied' ? 'Escape' : 'y')
    })

/** Everything that a person may do in an open thread, by name. */
export const DEEDS = {
  turn: turn('hello there'),
  tool: turn('run echo hi'),
  interrupt: (person) =>
    untilEnded(person, 1, async () => {
      await hang(person)
      await press(person, 'Escape')
    }),
  /** 0.169 interrupts the model by itself and goes on in the same turn. */
  steer: (person) =>
    untilEnded(person, person.isQuick ? 1 : 2, async () => {
      await hang(person)
      await say(person, 'steered')
      await pause(CALM_MS)
      if (!person.isQuick) await press(person, 'Escape')
    }),
  compact: (person) => untilEnded(person, 1, () => say(person, '/compact')),
  review: async (person) => {
    await untilEnded(person, 1, () => say(person, '/review the fence'))
    await awaited(person, 'the end of the review', (screen) => screen.includes('review finished'))
  },
  shell: (person) => untilEnded(person, 1, () => say(person, '!echo bang')),
  rename: async (person) => {
    await say(person, '/rename Quiet name')
    await awaited(person, 'the name', (screen) => screen.includes('Quiet name'))
  },
  /** The message before is taken into the prompt and sent again. */
  edit: (person) =>
    untilEnded(person, 1, async () => {
      person.doing = 'edit'
      await press(person, 'Escape')
      await awaited(person, 'a hint', (screen) => screen.includes('esc again'))
      await press(person, 'Escape')
      await pause(CALM_MS)
      await press(person, 'Enter')
      await pause(CALM_MS)
      await press(person, 'Enter')
    }),
  fork: async (person) => {
    await say(person, '/fork')
    await awaited(person, 'the fork', (screen) =>
      /Thread forked|Fork created|To continue this session/.test(screen)
    )
    await pause(CALM_MS * 2)
    await turn('in the fork')(person)
  },
  begin: async (person) => {
    await say(person, '/new')
    await pause(CALM_MS * 4)
    await awaited(person, 'the prompt', isOpen)
    await turn('in the new one')(person)
  },
  approve: decided('approved'),
  deny: decided('denied')
} satisfies Readonly<Record<string, Deed>>

export type DeedName = keyof typeof DEEDS
