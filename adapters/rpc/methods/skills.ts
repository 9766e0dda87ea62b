/**
 * `skills/*`: the skills of directories, for clients that were given the power to ask.
 */
import * as t from 'io-ts'
import { absolutePath, flag, list, option, required, text } from '../wire/serde.ts'
import { Empty, served } from './method.ts'

const answers = () => import('./skills-answers.ts')

export const skillsList = served(
  'SkillsListParams',
  { cwds: option(list(text)), forceReload: option(flag) },
  t.type({ data: t.array(t.UnknownRecord) }, 'SkillsListResponse'),
  async (params, call) => (await answers()).listed(params, call)
)

export const skillsConfigWrite = served(
  'SkillsConfigWriteParams',
  { path: option(absolutePath), name: option(text), enabled: required(flag) },
  t.type({ effectiveEnabled: t.boolean }, 'SkillsConfigWriteResponse'),
  async (params, call) => (await answers()).configWritten(params, call)
)

export const skillsExtraRootsSet = served(
  'SkillsExtraRootsSetParams',
  { extraRoots: required(list(absolutePath)) },
  Empty,
  async (params, call) => (await answers()).extraRootsSet(params, call)
)
