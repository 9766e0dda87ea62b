/**
 * unroll app-server: hands over to the server, which owns stdin and stdout from then on.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AppServerOptions, AuthOptions, Listen } from '../../../rpc/app-server.ts'
import { flagOf, listOf, numberOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { pathOf } from '../../options.ts'
import { answers, missingHome, type CommandPlace, type HomeCommand } from '../../session.ts'
import { note, usage } from '../../text/report.ts'
import { isOrigin } from '../web/origin.ts'
import { redactIn } from '../web/redact.ts'
import { codexOptions } from './codex-options.ts'
import { isPassedOn, turnsOptions, turnsProfile, type TurnsProfile } from './turns-options.ts'

const wrong = (message: string) => E.left(usage(message, 'see "unroll help app-server"'))

const authOptions = (input: Input, io: Io): AuthOptions => {
  const given = {
    mode: textOf(input, 'ws-auth') as AuthOptions['mode'],
    tokenFile: pathOf(input, io, 'ws-token-file'),
    tokenSha256: textOf(input, 'ws-token-sha256'),
    sharedSecretFile: pathOf(input, io, 'ws-shared-secret-file'),
    issuer: textOf(input, 'ws-issuer'),
    audience: textOf(input, 'ws-audience'),
    maxClockSkewSeconds: numberOf(input, 'ws-max-clock-skew-seconds')
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const failed = (io: Io, reason: string): number => {
  note(`unroll app-server: ${reason}`, io)
  return 1
}

const runProxy = async (input: Input, io: Io, home: string): Promise<number> => {
  const { controlSocketPath } = await import('../../../rpc/transports/listen.ts')
  const { proxy } = await import('../../../rpc/transports/proxy.ts')
  const path = pathOf(input, io, 'sock') ?? controlSocketPath(home)
  const problem = await proxy(path, process.stdin, process.stdout)
  return problem === null ? 0 : failed(io, problem)
}

/** `IP:PORT` as the place of the page of numbers. */
const metricsOf = (
  address: string | undefined,
  parse: (url: string) => E.Either<string, Listen>
): E.Either<string, Pick<AppServerOptions, 'metricsListen'>> => {
  if (address === undefined) return E.right({})
  const listen = parse(`ws://${address}`)
  return E.isRight(listen) && listen.right.kind === 'websocket'
    ? E.right({ metricsListen: listen.right })
    : E.left(`invalid --metrics-listen address \`${address}\`; expected \`IP:PORT\``)
}

/** The page besides the protocol, as it is asked for. */
const webOf = (input: Input, io: Io): E.Either<string, Pick<AppServerOptions, 'web'>> => {
  const publicOrigins = listOf(input, 'public-origin')
  const tokenFile = pathOf(input, io, 'web-token-file')
  const [writable, localImages] = [flagOf(input, 'writable'), flagOf(input, 'local-images')]
  const redact = redactIn(input).redact !== undefined
  if (!flagOf(input, 'web'))
    return [writable, localImages, publicOrigins.length > 0, tokenFile !== undefined, redact].some(
      Boolean
    )
      ? E.left('options of the page need --web')
      : E.right({})
  const wrongOrigin = publicOrigins.find((origin) => !isOrigin(origin))
  if (wrongOrigin !== undefined)
    return E.left(`--public-origin needs scheme and host, not ${wrongOrigin}`)
  return E.right({
    web: {
      ...{ writable, localImages, publicOrigins, ...redactIn(input) },
      ...(tokenFile === undefined ? {} : { tokenFile }),
      onOpen: ({ newAddress }) => note(`unroll app-server: the page is at ${newAddress()}`, io)
    }
  })
}

/** The Codex that runs turns, and the era in which it has the server answer; an empty object without `--turns`. */
const turnsOf = async (
  input: Input,
  io: Io,
  { store }: CommandPlace
): Promise<E.Either<string, Pick<AppServerOptions, 'codex'> & Partial<TurnsProfile>>> => {
  const turns = turnsOptions(input, io)
  if (E.isLeft(turns)) return turns
  const codex = turns.right
  if (codex === null) return E.right({})
  if (store !== undefined) return E.left('--turns needs the files of the home, not a store')
  const found = await turnsProfile(codex, textOf(input, 'profile'), answers(input).profile)
  return E.map((known: TurnsProfile) => ({ codex, ...known }))(found)
}

export const appServerCommand: HomeCommand = async (input, io, place) => {
  if (input.form.word?.name === 'proxy') return runProxy(input, io, place.home)
  const { parseListen, runAppServer } = await import('../../../rpc/app-server.ts')
  const { parsePowers } = await import('../../../rpc/wire/powers.ts')
  const { idlePowers } = await import('../../../rpc/methods/methods.ts')
  const metrics = metricsOf(textOf(input, 'metrics-listen'), (url) =>
    parseListen(url, { home: place.home, cwd: io.cwd })
  )
  const url = textOf(input, 'listen') ?? 'stdio://'
  const listen = parseListen(url, { home: place.home, cwd: io.cwd })
  if (E.isLeft(listen)) return wrong(listen.left)
  if (E.isLeft(metrics)) return wrong(metrics.left)
  const web = webOf(input, io)
  if (E.isLeft(web)) return wrong(web.left)
  const allow = textOf(input, 'allow')
  const powers = allow === undefined ? E.right(undefined) : parsePowers(allow.split(','))
  if (E.isLeft(powers)) return wrong(`--allow: ${powers.left}`)
  const given = codexOptions(input)
  if (E.isLeft(given)) return wrong(given.left)
  const missing = missingHome(place)
  if (missing !== null) return E.left(missing)
  const turns = await turnsOf(input, io, place)
  if (E.isLeft(turns)) return wrong(turns.left)
  const { note: hint, ...codex } = turns.right
  if (hint !== undefined && hint !== null) note(`unroll app-server: ${hint}`, io)
  const { overrides } = given.right
  const idle = [
    ...given.right.idle.filter((one) => codex.codex === undefined || !isPassedOn(one)),
    ...idlePowers(powers.right ?? []).map((power) => `--allow ${power}`)
  ]
  if (idle.length > 0) note(`unroll app-server: without effect here: ${idle.join(', ')}`, io)
  const { profile, strict } = answers(input)
  const capturePath = pathOf(input, io, 'analytics-capture')
  const analytics = capturePath === undefined ? {} : { analytics: { capturePath } }
  const rich = textOf(input, 'items') === 'rich'
  const options = {
    ...place,
    profile,
    strict,
    rich,
    overrides,
    reviews: flagOf(input, 'reviews'),
    version: io.version,
    ...codex,
    ...metrics.right,
    ...analytics,
    ...web.right,
    ...(powers.right === undefined ? {} : { powers: powers.right })
  }
  if (listen.right.kind === 'stdio' && io.inIsTty)
    note('reading JSON-RPC from stdin; for clients add --listen ws://127.0.0.1:4500', io)
  return runAppServer({ ...options, listen: listen.right, auth: authOptions(input, io) })
}
