/**
 * `thread/start`: a new thread. No file is made before something has to be kept.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import { createDraft } from '../threads/drafts.ts'
import { threadStarted } from '../threads/notices.ts'
import { environmentsField, namedEnvironments } from '../threads/environments.ts'
import {
  checkOverrides,
  gatedFields,
  overrideFields,
  threadSourceOf
} from '../threads/overrides.ts'
import * as results from '../threads/results.ts'
import { sessionMembers, settingsOf } from '../threads/settings.ts'
import { load } from '../threads/threads.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import { anything, flag, list, map, oneOf, option, text } from '../wire/serde.ts'
import { served, type Era } from './method.ts'

const fieldsOf = ({ profile }: Era) => ({
  ...overrideFields(profile),
  ...gatedFields,
  environments: environmentsField(profile),
  serviceName: option(text),
  ephemeral: option(flag),
  ...(profile === '0.169' ? { historyMode: option(oneOf('legacy', 'paginated')) } : {}),
  sessionStartSource: option(oneOf('startup', 'clear')),
  threadSource: option(threadSourceOf(profile)),
  dynamicTools: option(list(map)),
  experimentalRawEvents: option(flag),
  mockExperimentalField: option(anything)
})

const TOOL_NAME = /^[a-zA-Z0-9_-]+$/

const wordAt = (tool: JsonObject, member: string): string => {
  const value = tool[member]
  return typeof value === 'string' ? value : ''
}

const checkTools = (tools: ReadonlyArray<JsonObject>): E.Either<RpcError, void> => {
  const seen = new Set<string>()
  for (const tool of tools) {
    const name = wordAt(tool, 'name')
    const place = `${wordAt(tool, 'namespace')}/${name}`
    if (!TOOL_NAME.test(name))
      return E.left(
        invalidRequest(
          `dynamic tool name must match ^[a-zA-Z0-9_-]+$ to match Responses API: ${name}`
        )
      )
    if (seen.has(place)) return E.left(invalidRequest(`duplicate dynamic tool name: ${name}`))
    seen.add(place)
  }
  return E.right(undefined)
}

export const threadStart = served(
  'ThreadStartParams',
  fieldsOf,
  results.ofThread('ThreadStartResponse'),
  async (params, call) => {
    const { profile } = call.server
    const environments = namedEnvironments(params.environments, call.server)
    if (E.isLeft(environments)) return environments
    const checked = checkOverrides(call.server, params)
    if (E.isLeft(checked)) return checked
    const tools = checkTools(params.dynamicTools ?? [])
    if (E.isLeft(tools)) return tools
    const settings = settingsOf(call.server, params, { kind: 'start' }, environments.right)
    const draft = createDraft(call, {
      settings,
      ephemeral: params.ephemeral ?? false,
      threadSource: params.threadSource,
      baseInstructions: params.baseInstructions
    })
    const { thread } = draft
    load(call, { id: thread.id, settings, draft })
    return E.right({
      result: { thread, ...sessionMembers(settings, profile, false) },
      after: [threadStarted(thread)]
    })
  }
)
