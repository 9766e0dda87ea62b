/**
 * Clients that a server must treat in another way than the rest, because a version of theirs does not know something. Each row is
 * narrow, and goes with the last era that has it.
 *
 * Source: `xcode_26_4_mcp_elicitations_auto_deny` of 0.130.0 and 0.142.5, which 0.169.0 no longer has.
 */
import type { ProfileName } from './log/profile.ts'

/** `declinesElicitations`: MCP servers are told that the person declines, and the client is not asked. */
export type ClientBehaviour = 'declinesElicitations'

interface ClientRule {
  /** As the client calls itself, letter for letter. */
  readonly name: string
  readonly versionPrefix: string
  readonly eras: ReadonlyArray<ProfileName>
  readonly behaviour: ClientBehaviour
}

const RULES: ReadonlyArray<ClientRule> = [
  {
    name: 'Xcode',
    versionPrefix: '26.4',
    eras: ['0.130', '0.142'],
    behaviour: 'declinesElicitations'
  }
]

/** How a server of an era treats a client. */
export const behavioursOf = (
  { name, version }: { readonly name: string; readonly version: string },
  profile: ProfileName
): ReadonlySet<ClientBehaviour> =>
  new Set(
    RULES.filter(
      (rule) =>
        rule.name === name && version.startsWith(rule.versionPrefix) && rule.eras.includes(profile)
    ).map(({ behaviour }) => behaviour)
  )
