/**
 * `skills/*`: the skills of directories, for clients that were given the power to ask.
 */
import * as t from 'io-ts'
import { flag, list, option, text } from '../wire/serde.ts'
import { served } from './method.ts'

const answers = () => import('./skills-answers.ts')

export const skillsList = served(
  'SkillsListParams',
  { cwds: option(list(text)), forceReload: option(flag) },
  t.type({ data: t.array(t.UnknownRecord) }, 'SkillsListResponse'),
  async (params, call) => (await answers()).listed(params, call)
)
