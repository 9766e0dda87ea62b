/**
 * Switching skills on and off in `config.toml`. Off is an entry of `[[skills.config]]`, on is none: switched on again, the file is byte
 * for byte what it was before. Every entry for the skill is changed, so that the answer is true.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import type { Json } from '../../domain/json.ts'
import { selectorOf, SKILL_RULES, type SkillSelector } from '../../domain/skills/skill.ts'
import type { MutationOptions } from '../../replay/change/life/life.ts'
import { recorded } from '../../replay/change/life/recorded.ts'
import { ioFailure } from '../../replay/guarded.ts'
import { impossible, type Result } from '../../replay/result.ts'
import { parsedConfig, tomlProblem } from '../home/config.ts'
import { changeConfig } from '../home/config-change.ts'
import { entriesAt, withEntry, withEntryFlag, withoutEntry } from '../home/config-entries.ts'
import { configText } from '../home/config-file.ts'
import { holdHome } from '../home/hold.ts'
import { homeOperations } from '../home/operations.ts'
import { skillPath, type SkillPathPlace } from './roots.ts'

/** A configuration in which a skill is switched; null when no edit says that and nothing else. */
export const switchedText = (
  text: string,
  { by, value }: SkillSelector,
  enabled: boolean,
  place: SkillPathPlace
): string | null => {
  const entries = entriesAt(parsedConfig(text) ?? {}, SKILL_RULES)
  if (entries === null) return null
  const isMeant = (entry: Json): boolean => {
    const selector = selectorOf(entry, (path) => skillPath(path, place))
    return selector?.by === by && selector.value === value
  }
  const places = entries.flatMap((entry, at) => (isMeant(entry) ? [at] : []))
  const edit = (done: string | null, at: number): string | null => {
    if (done === null) return null
    if (enabled) return withoutEntry(done, SKILL_RULES, at)
    return withEntryFlag(done, SKILL_RULES, at, 'enabled', false)
  }
  // From the last one, so that the places of the others stay.
  if (enabled || places.length > 0) return places.toReversed().reduce(edit, text)
  return withEntry(text, SKILL_RULES, { [by]: value, enabled: false })
}

/** What a switch did. */
export interface SwitchedSkill extends SkillSelector {
  readonly enabled: boolean
  /** False where the configuration said so already; then nothing is recorded. */
  readonly changed: boolean
}

const planned = (
  path: string,
  selector: SkillSelector,
  enabled: boolean,
  place: SkillPathPlace
): Result<{ readonly before: string; readonly after: string }> => {
  const before = configText(path)
  if (before === null) return impossible(`${path} is not UTF-8`, 'mend it by hand')
  const problem = tomlProblem(before)
  if (problem !== null) {
    const { line, column, reason } = problem
    return impossible(
      `${path} is no TOML: line ${line}, column ${column}: ${reason}`,
      'mend it by hand'
    )
  }
  const after = switchedText(before, selector, enabled, place)
  const word = enabled ? 'on' : 'off'
  return after === null
    ? impossible(
        `${path}: this skill cannot be switched ${word} there without touching anything else`,
        'edit the file by hand'
      )
    : E.right({ before, after })
}

/** Switches a skill as one operation of the home; the path is one of a file, or will be. */
export const switchSkill = async (
  place: SkillPathPlace,
  selector: SkillSelector,
  enabled: boolean,
  { actor = 'library', dryRun = false }: Pick<MutationOptions, 'actor' | 'dryRun'>
): Promise<Result<SwitchedSkill>> => {
  const { home } = place
  const path = join(home, 'config.toml')
  const plan = (): ReturnType<typeof planned> => {
    try {
      return planned(path, selector, enabled, place)
    } catch (cause) {
      return E.left(ioFailure(cause, path))
    }
  }
  const first = plan()
  if (E.isLeft(first)) return first
  const answer = { ...selector, enabled, changed: first.right.before !== first.right.after }
  if (!answer.changed || dryRun) return E.right(answer)
  const hold = await holdHome(home, 'config')
  if (E.isLeft(hold)) return hold
  const operation = enabled ? 'enable-skill' : 'disable-skill'
  const request = { operation, threadId: '', arguments: { [selector.by]: selector.value } }
  try {
    return await recorded({ operations: homeOperations(home), actor }, request, null, async () => {
      // Another process may have changed it since.
      const now = plan()
      if (E.isLeft(now)) return now
      const inverse = changeConfig(path, now.right.after)
      return E.isLeft(inverse) ? inverse : E.right({ answer, after: null, inverse: inverse.right })
    })
  } finally {
    await hold.right.release(true)
  }
}
