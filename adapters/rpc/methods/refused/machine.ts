/**
 * Files, commands and whatever else would reach beyond the home: all refused.
 */
import { always, exclusive, memberKey, noKey } from '../../connection/keys.ts'
import { EVERY_PROFILE, SINCE_142, SINCE_169 } from '../../method.ts'
import { invalidRequest, type RpcError } from '../../wire/errors.ts'
import { noCommands, noFiles, noUploads } from '../../wire/refusals.ts'
import { absolutePath, anything, items, text } from '../../wire/serde.ts'
import { of, rows, type Refused, type Values } from './row.ts'

const fsWatch = memberKey('fs-watch', 'watchId')
const fuzzy = memberKey('fuzzy', 'sessionId')
const commandExec = memberKey('command-exec', 'processId')
const processHandle = memberKey('process', 'processHandle')
const environment = always(exclusive('environment'))
const windowsSetup = always(exclusive('windows-sandbox-setup'))

const named = (value: unknown): string => JSON.stringify(String(value))

const noSuchCommand = (_: string, { processId }: Values): RpcError =>
  invalidRequest(`no active command/exec for process id ${named(processId)}`)

const noSuchProcess = (_: string, params: Values): RpcError =>
  invalidRequest(`no active process for process handle ${named(params['processHandle'])}`)

const noSuchSearch = (_: string, { sessionId }: Values): RpcError =>
  invalidRequest(`fuzzy file search session not found: ${String(sessionId)}`)

/** The rows. */
export const OF_THE_MACHINE: ReadonlyArray<Refused> = [
  ...rows(
    { eras: EVERY_PROFILE, why: noFiles, key: noKey },
    {
      'fs/readFile': of('FsReadFileParams', { path: absolutePath }),
      'fs/writeFile': of('FsWriteFileParams', { path: absolutePath, dataBase64: text }),
      'fs/createDirectory': of('FsCreateDirectoryParams', { path: absolutePath }),
      'fs/getMetadata': of('FsGetMetadataParams', { path: absolutePath }),
      'fs/readDirectory': of('FsReadDirectoryParams', { path: absolutePath }),
      'fs/remove': of('FsRemoveParams', { path: absolutePath }),
      'fs/copy': of('FsCopyParams', { sourcePath: absolutePath, destinationPath: absolutePath }),
      gitDiffToRemote: of('GitDiffToRemoteParams', { cwd: text }),
      fuzzyFileSearch: of('FuzzyFileSearchParams', { query: text, roots: items })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noFiles, key: fsWatch },
    {
      'fs/watch': of('FsWatchParams', { watchId: text, path: absolutePath }),
      'fs/unwatch': of('FsUnwatchParams', { watchId: text })
    }
  ),
  ...rows(
    { eras: SINCE_142, experimental: true, why: noCommands, key: environment },
    {
      'environment/add': of('EnvironmentAddParams', { environmentId: text, execServerUrl: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noCommands, key: environment },
    {
      'environment/info': of('EnvironmentInfoParams', { environmentId: text }),
      'environment/status': of('EnvironmentStatusParams', { environmentId: text })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noCommands, key: windowsSetup },
    {
      'windowsSandbox/setupStart': of('WindowsSandboxSetupStartParams', { mode: anything })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noUploads, key: noKey },
    {
      'feedback/upload': of('FeedbackUploadParams', { classification: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noUploads, key: noKey },
    {
      'feedback/save': of('FeedbackSaveParams', { savePath: anything, classification: text })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noCommands, key: commandExec },
    {
      'command/exec': of('CommandExecParams', { command: items })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noSuchCommand, key: commandExec },
    {
      'command/exec/write': of('CommandExecWriteParams', { processId: text }),
      'command/exec/terminate': of('CommandExecTerminateParams', { processId: text }),
      'command/exec/resize': of('CommandExecResizeParams', { processId: text, size: anything })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: noCommands, key: processHandle },
    {
      'process/spawn': of('ProcessSpawnParams', {
        command: items,
        processHandle: text,
        cwd: absolutePath
      })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: noSuchProcess, key: processHandle },
    {
      'process/writeStdin': of('ProcessWriteStdinParams', { processHandle: text }),
      'process/kill': of('ProcessKillParams', { processHandle: text }),
      'process/resizePty': of('ProcessResizePtyParams', { processHandle: text, size: anything })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: noFiles, key: fuzzy },
    {
      'fuzzyFileSearch/sessionStart': of('FuzzyFileSearchSessionStartParams', {
        sessionId: text,
        roots: items
      }),
      'fuzzyFileSearch/sessionStop': of('FuzzyFileSearchSessionStopParams', { sessionId: text })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, experimental: true, why: noSuchSearch, key: fuzzy },
    {
      'fuzzyFileSearch/sessionUpdate': of('FuzzyFileSearchSessionUpdateParams', {
        sessionId: text,
        query: text
      })
    }
  )
]
