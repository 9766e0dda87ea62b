/**
 * unroll skills enable, disable: the switches of `config.toml`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join, resolve } from 'node:path'
import type { SkillSelector } from '../../../../domain/skills/skill.ts'
import { trimmed } from '../../../../domain/white-space.ts'
import { isFolder } from '../../../home/places.ts'
import { skillPath, type SkillPlace } from '../../../skills/roots.ts'
import { SKILL_FILE } from '../../../skills/folders.ts'
import { switchSkill } from '../../../skills/switch.ts'
import { flagOf, nextCommand, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { type CommandEnd } from '../../session.ts'
import { ownFailure, tellHint, warn } from '../../text/report.ts'
import { printJson } from '../../text/print.ts'
import { oneLine, plural } from '../../text/text.ts'
import { printChange } from '../changed.ts'
import { placeOf, skillsOf, type ListedSkill } from './listed.ts'

/** A skill as it was typed: what has a slash is the path of its file or folder, anything else a name. */
const selectorOf = (typed: string, io: Io, place: SkillPlace): SkillSelector => {
  if (!typed.includes('/')) return { by: 'name', value: trimmed(typed) }
  const path = resolve(io.cwd, typed)
  return { by: 'path', value: skillPath(isFolder(path) ? join(path, SKILL_FILE) : path, place) }
}

const sentence = (word: string, { by, value }: SkillSelector, count: number): string =>
  by === 'name' && count > 1
    ? `${word} the ${plural(count, 'skill')} called "${oneLine(value)}"`
    : `${word} the skill ${by === 'name' ? `"${oneLine(value)}"` : oneLine(value)}`

/** Skills that another entry of the configuration still holds in the other state. */
const tellOthers = (rows: ReadonlyArray<ListedSkill>, input: Input, io: Io): void => {
  const word = input.form.word?.name ?? ''
  for (const { path, enabled } of rows) {
    if (enabled === (word === 'enable')) continue
    warn(
      `${oneLine(path)} is still ${enabled === true ? 'enabled' : 'disabled'} by another entry`,
      io
    )
    tellHint(`type "${nextCommand(input, io, ['skills', word, path])}"`, io)
  }
}

export const switchCommand = async (input: Input, io: Io, home: string): Promise<CommandEnd> => {
  const [, typed = ''] = input.args
  const enabled = input.form.word?.name === 'enable'
  const dryRun = flagOf(input, 'dry-run')
  const place = placeOf(input, io, home)
  const selector = selectorOf(typed, io, place)
  const meant = ({ name, path }: ListedSkill): boolean =>
    name !== null && (selector.by === 'name' ? name : path) === selector.value
  const listed = async () =>
    E.map((rows: ReadonlyArray<ListedSkill>) => rows.filter(meant))(
      await skillsOf(placeOf(input, io, home), [io.cwd])
    )
  const before = await listed()
  if (E.isLeft(before)) return before
  const planned = await switchSkill(place, selector, enabled, { actor: 'cli', dryRun: true })
  if (E.isLeft(planned)) return planned
  // An entry for a skill that is gone can still be taken out.
  if (before.right.length === 0 && !(enabled && planned.right.changed))
    return E.left(
      ownFailure('no_match', `there is no skill "${oneLine(typed)}" here`, 'see "unroll skills"')
    )
  const done = dryRun ? planned : await switchSkill(place, selector, enabled, { actor: 'cli' })
  if (E.isLeft(done)) return done
  const after = dryRun ? before : await listed()
  if (E.isRight(after) && !dryRun) tellOthers(after.right, input, io)
  if (input.json) return printJson(done.right, io)
  const count = before.right.length
  if (!done.right.changed || dryRun) {
    const verb = enabled ? 'enable' : 'disable'
    const told = done.right.changed
      ? `would ${sentence(verb, selector, count)}`
      : `config.toml says so already, nothing to ${verb}`
    await io.out(`${told}\n`)
    return 0
  }
  const did = sentence(enabled ? 'Enabled' : 'Disabled', selector, count)
  return printChange({ did, lines: [selector.value] }, input, io)
}
